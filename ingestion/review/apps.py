"""Django application review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "ingestion.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.review import listeners
        from ingestion.review.selectors import acceptances_within
        from ingestion.web.signals import concluded, described, swept
        from portal.notices.events import events_of
        from portal.notices.limits import heard_of_seen

        described.connect(listeners.described, dispatch_uid="review.described")
        concluded.connect(listeners.concluded, dispatch_uid="review.concluded")
        swept.connect(listeners.swept, dispatch_uid="review.swept")
        heard_of_seen(events_of("release", "acceptance"), acceptances_within)
