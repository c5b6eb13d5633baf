"""Django application notices."""

from django.apps import AppConfig
from django.core.checks import register


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.notices.limits import unsaid

        register(unsaid)
