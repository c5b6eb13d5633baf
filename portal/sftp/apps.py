"""Django application sftp."""

from django.apps import AppConfig


class SftpConfig(AppConfig):
    name = "portal.sftp"
    label = "sftp"
    default_auto_field = "django.db.models.BigAutoField"
