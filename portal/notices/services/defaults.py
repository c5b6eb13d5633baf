"""What an institution's administrators choose for everybody who chooses nothing themselves."""

from collections.abc import Mapping

from django.db import transaction

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event, Mail, Reach
from portal.notices.manners import as_it_comes
from portal.notices.models import EventDefault


@transaction.atomic
def save_defaults(*, actor: Actor, chosen: Mapping[Event, tuple[Reach, Mail]]) -> None:
    """Counts for what is announced from now on; what is as it comes needs no row."""
    institution = actor.require(Role.ADMIN)
    for event, told in chosen.items():
        if told == as_it_comes(event):
            EventDefault.objects.filter(institution=institution, event=event).delete()
        else:
            EventDefault.objects.update_or_create(
                institution=institution, event=event, defaults={"reach": told[0], "mail": told[1]}
            )
    record(
        tag=AuditTag.NOTICE_DEFAULTS_SAVED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=institution.pk,
        address=actor.address,
        detail={str(event): f"{reach} {mail}" for event, (reach, mail) in chosen.items()},
    )
