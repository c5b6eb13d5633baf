"""Django application schedule."""

from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "ingestion.schedule"
    label = "schedule"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.schedule.selectors.calendar import expected_within
        from ingestion.schedule.services import drop_deliveries, keep_deliveries
        from ingestion.web.signals import described, forgotten
        from portal.notices.events import events_of
        from portal.notices.limits import heard_of_seen

        described.connect(keep_deliveries, dispatch_uid="schedule.keep_deliveries")
        forgotten.connect(drop_deliveries, dispatch_uid="schedule.drop_deliveries")
        heard_of_seen(events_of("delivery"), expected_within)
