"""Django application portal.custody."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.web.signals import withdrawing
        from portal.custody import listeners

        withdrawing.connect(listeners.withdrawing, dispatch_uid="custody.withdrawing")
