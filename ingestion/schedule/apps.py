"""Django application schedule."""

from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "ingestion.schedule"
    label = "schedule"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.schedule.services import drop_deliveries, keep_deliveries
        from ingestion.web.signals import described, forgotten

        described.connect(keep_deliveries, dispatch_uid="schedule.keep_deliveries")
        forgotten.connect(drop_deliveries, dispatch_uid="schedule.drop_deliveries")
