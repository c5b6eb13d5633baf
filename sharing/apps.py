"""Django application sharing."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ingestion.review.signals import settled
        from ingestion.schedule.signals import reminded
        from ingestion.web.signals import counted_again, swept, withdrawn
        from portal.accounts.signals import onboarded, onboarding
        from portal.notices.events import events_of
        from portal.notices.limits import heard_of_seen
        from sharing import listeners
        from sharing.expected import expected_within
        from sharing.selectors import grants_within, received_within

        settled.connect(listeners.settled, dispatch_uid="sharing.settled")
        counted_again.connect(listeners.counted_again, dispatch_uid="sharing.counted_again")
        withdrawn.connect(listeners.withdrawn, dispatch_uid="sharing.withdrawn")
        onboarding.connect(listeners.onboarding, dispatch_uid="sharing.onboarding")
        onboarded.connect(listeners.onboarded, dispatch_uid="sharing.onboarded")
        reminded.connect(listeners.reminded, dispatch_uid="sharing.reminded")
        # three of them: what breaks off one keeps the others from nothing
        swept.connect(listeners.grants_expire, dispatch_uid="sharing.grants_expire")
        swept.connect(listeners.invitations_expire, dispatch_uid="sharing.invitations_expire")
        swept.connect(listeners.letters_go, dispatch_uid="sharing.letters_go")
        heard_of_seen(events_of("grant"), grants_within)
        heard_of_seen(events_of("delivery"), expected_within)
        heard_of_seen(events_of("received"), received_within)
