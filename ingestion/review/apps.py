"""Django application review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "ingestion.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
