"""One step of a recovery: the row locked, the table of transitions asked, recorded on both sides, told."""

from django.db import transaction

from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now
from portal.notices.events import Event
from portal.notices.services import announce
from portal.operators.errors import RecoveryOver
from portal.operators.models import Recovery
from portal.operators.states import ALLOWED_TRANSITIONS, State


def locked(found: Recovery) -> Recovery:
    """The row as it is now, locked until the transaction ends."""
    return (
        Recovery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("institution")
        .get(pk=found.pk)
    )


@transaction.atomic
def moved(
    recovery: Recovery, to: State, tag: AuditTag, actor: Actor | None = None, **detail: str
) -> Recovery:
    """The locked recovery in its new state, recorded; its members are told if they were told of it at all.

    RecoveryOver if it cannot become that any more.
    """
    if to not in ALLOWED_TRANSITIONS[State(recovery.state)]:
        raise RecoveryOver
    recovery.state, recovery.state_since = to, now()
    recovery.save()
    noted(tag, recovery, actor, **detail)
    if recovery.due_at and to != State.DUE:
        announce(
            Event.INSTITUTION_RECOVERY,
            institution_id=recovery.institution_id,
            subject_id=recovery.pk,
            about={"state": str(to), "due": recovery.due_at.date().isoformat()},
            actor_id=actor.user.pk if actor else None,
        )
    return recovery


def noted(tag: AuditTag, recovery: Recovery, actor: Actor | None, **detail: str) -> None:
    """One record in the institution's chain, one in the platform's; always in this order.

    The institution reads which operator acted; the platform's record names no member who objected.
    """
    by_member = actor is not None and actor.institution is not None
    for institution_id, own in ((recovery.institution_id, by_member), (None, not by_member)):
        record(
            tag=tag,
            institution_id=institution_id,
            actor_id=actor.user.pk if actor and (own or institution_id) else None,
            subject_id=recovery.pk,
            address=actor.address if actor and own else None,
            detail={"institution": recovery.institution.code, "ticket": recovery.ticket} | detail,
        )
