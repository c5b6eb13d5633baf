"""The ingestion app: submissions, their pipeline runs and what is read from their results."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion.web"
    label = "ingestion"
    verbose_name = "Ingestion"
    default_auto_field = "django.db.models.BigAutoField"
