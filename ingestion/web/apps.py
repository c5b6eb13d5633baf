"""The ingestion app: submissions, their pipeline runs and what is read from their results."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion.web"
    label = "ingestion"
    verbose_name = "Ingestion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.web.selectors.limits import seen_within
        from portal.notices.events import events_of
        from portal.notices.limits import heard_of_seen

        heard_of_seen(events_of("submission"), seen_within)
