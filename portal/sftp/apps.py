"""Django application sftp."""

from django.apps import AppConfig


class SftpConfig(AppConfig):
    name = "portal.sftp"
    label = "sftp"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.custody.signals import departed, taking_out
        from portal.sftp import listeners

        taking_out.connect(listeners.taking_out, dispatch_uid="sftp.taking_out")
        departed.connect(listeners.institution_left, dispatch_uid="sftp.institution_left")
