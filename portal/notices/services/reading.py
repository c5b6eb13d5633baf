"""What a person does with their notices: read them, say which ones they want."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event, Mail, Reach
from portal.notices.manners import manners_of
from portal.notices.models import Preference
from portal.notices.selectors import notices_for


@transaction.atomic
def mark_read(*, actor: Actor, notice_id: int | None = None) -> int:
    """Marks one of the person's notices as read, or all of them; how many were not before."""
    unread = notices_for(actor).filter(read_at__isnull=True)
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    changed = unread.update(read_at=timezone.now())
    if changed:
        _record(actor, AuditTag.NOTICES_READ, {"count": changed})
    return changed


@transaction.atomic
def save_preferences(*, actor: Actor, chosen: Mapping[Event, tuple[Reach, Mail]]) -> None:
    """Keeps what the person wants to be told of; what is as their institution has it needs no row."""
    by_default = manners_of(actor.require(Role.VIEWER).pk)
    for event, (reach, mail) in chosen.items():
        own = Preference.objects.filter(user=actor.user, event=event)
        if (reach, mail) == by_default[event]:
            own.delete()
        else:
            Preference.objects.update_or_create(
                user=actor.user, event=event, defaults={"reach": reach, "mail": mail}
            )
    told = {str(event): f"{reach} {mail}" for event, (reach, mail) in chosen.items()}
    _record(actor, AuditTag.NOTICE_SETTINGS_SAVED, told)


def _record(actor: Actor, tag: AuditTag, detail: Mapping[str, object], subject: UUID | None = None) -> None:
    record(
        tag=tag,
        institution_id=actor.require(Role.VIEWER).id,
        actor_id=actor.user.id,
        subject_id=subject or actor.user.id,
        address=actor.address,
        detail=dict(detail),
    )
