"""The machine's door: the same services as the pages, over JSON."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from portal.api import schema  # noqa: F401 - registers itself with the schema generator
