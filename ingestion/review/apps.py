"""Django application review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "ingestion.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.review import listeners
        from ingestion.web.signals import concluded, described, swept

        described.connect(listeners.described, dispatch_uid="review.described")
        concluded.connect(listeners.concluded, dispatch_uid="review.concluded")
        swept.connect(listeners.swept, dispatch_uid="review.swept")
