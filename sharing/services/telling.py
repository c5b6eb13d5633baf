"""The record of what happens to a grant: in the trail of who acted, and in that of the other side."""

from typing import Any

from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.audit.tags import AuditTag
from sharing.models import Grant


def noted(tag: AuditTag, grant: Grant, actor: Actor | None, *, both: bool = True, **detail: Any) -> None:
    """Writes it inside the transaction of the act. The other side's record names no person of this one."""
    acting = actor.institution if actor else None
    detail = {"owner": grant.owner.code, "recipient": grant.recipient.code} | detail
    sides = [grant.owner, grant.recipient] if both else [grant.owner]
    for side in sides:
        theirs = acting is None or acting.pk != side.pk
        record(
            tag=tag,
            institution_id=side.pk,
            actor_id=None if theirs or actor is None else actor.user.id,
            subject_id=grant.id,
            address=None if theirs or actor is None else actor.address,
            detail=detail,
        )
