"""Django application operators."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "portal.operators"
    label = "operators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.web.signals import swept, went_through
        from portal.custody.signals import departed
        from portal.operators import listeners

        swept.connect(listeners.recoveries, dispatch_uid="operators.recoveries")
        swept.connect(listeners.former_members, dispatch_uid="operators.former_members")
        went_through.connect(listeners.heartbeat, dispatch_uid="operators.heartbeat")
        departed.connect(listeners.institution_left, dispatch_uid="operators.institution_left")
