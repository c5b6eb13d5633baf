"""What happens to a grant: its record in the trails of both sides, and the notices that tell their people."""

from typing import Any

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.models import Grant

_TOLD = {
    AuditTag.GRANT_OFFERED: Event.GRANT_OFFERED,
    AuditTag.GRANT_ACCEPTED: Event.GRANT_ACCEPTED,
    AuditTag.GRANT_DECLINED: Event.GRANT_DECLINED,
    AuditTag.GRANT_SUSPENDED: Event.GRANT_SUSPENDED,
    AuditTag.GRANT_RESUMED: Event.GRANT_RESUMED,
    AuditTag.GRANT_REVOKED: Event.GRANT_ENDED,
    AuditTag.GRANT_EXPIRED: Event.GRANT_ENDED,
    AuditTag.GRANT_ENDED_BY_LEAVING: Event.GRANT_ENDED,
}


def noted(tag: AuditTag, grant: Grant, actor: Actor | None, *, both: bool = True, **detail: Any) -> None:
    """Writes it inside the transaction of the act. The other side's record names no person of this one."""
    acting = actor.institution if actor else None
    detail = {"owner": grant.owner.code, "recipient": grant.recipient.code} | detail
    sides = [grant.owner, grant.recipient] if both else [grant.owner]
    # a record holds its institution's audit chain: in one order, so that no two acts wait for each other
    for side in sorted(sides, key=lambda side: side.pk):
        theirs = acting is None or acting.pk != side.pk
        person = None if theirs or actor is None else actor.user.id
        record(
            tag=tag,
            institution_id=side.pk,
            actor_id=person,
            subject_id=grant.id,
            address=None if theirs or actor is None else actor.address,
            detail=detail,
        )
        if tag in _TOLD:
            _announce(_TOLD[tag], grant, side, actor_id=person)
    if tag == AuditTag.COPY_DELIVERED:
        _announce(Event.GRANT_FIRST_DELIVERY, grant, grant.recipient, key=str(grant.id))


def _announce(event: Event, grant: Grant, side: Institution, **more: Any) -> None:
    about = {"grant": str(grant.id), "side": "owner" if side.pk == grant.owner_id else "recipient"}
    announce(event, institution_id=side.pk, subject_id=grant.id, about=about, **more)
