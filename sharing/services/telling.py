"""What happens to a grant: its record in the trails of both sides, and the notices that tell their people."""

from collections.abc import Iterable
from typing import Any

from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce, announce_to_many
from sharing.models import Copy, Grant
from sharing.states import READABLE, CopyState

AT_ONCE = 20
"""Institutions that hear of an act by messages of its own; more of them by the sweep."""
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


def tell_of_arrival(copy: Copy, *, again: bool) -> None:
    """The recipient's people hear of it once: as the first under its grant, as a newer version, or as such.

    `again`: it was there before, in an earlier attempt or until it was deleted.
    """
    grant = copy.grant
    if _announce(Event.GRANT_FIRST_DELIVERY, grant, grant.recipient, key=str(grant.id)):
        return
    newer = not again and _replaces(copy)
    _announce_copy(Event.RECEIVED_REPLACED if newer else Event.RECEIVED_CAME, copy)


def tell_of_withdrawal(submission: Submission, copies: Iterable[Copy]) -> None:
    """Their recipients hear that these copies cannot be read any more; once where nothing of it is left."""
    readable = Copy.objects.filter(submission=submission, grant__state__in=READABLE, state=CopyState.DONE)
    still = set(readable.values_list("grant__recipient", flat=True))
    ended = {copy.grant.recipient_id: copy for copy in copies if copy.grant.recipient_id not in still}
    if len(ended) <= AT_ONCE:
        for copy in ended.values():
            _announce_copy(Event.RECEIVED_WITHDRAWN, copy)
        return
    about_each = ((to, _about(copy)) for to, copy in ended.items())
    announce_to_many(Event.RECEIVED_WITHDRAWN, subject_id=submission.pk, about_each=about_each)


def _replaces(copy: Copy) -> bool:
    """Whether an earlier delivery of the same funds, template and date lies there."""
    sent = copy.submission
    same = Copy.objects.filter(
        grant__recipient=copy.grant.recipient_id,
        grant__state__in=READABLE,
        state=CopyState.DONE,
        submission__institution=sent.institution_id,
        submission__delivery_key=sent.delivery_key,
        submission__number__lt=sent.number,
    )
    return bool(sent.delivery_key) and same.exists()


def _announce_copy(event: Event, copy: Copy) -> None:
    to, about_it = copy.grant.recipient_id, copy.submission_id
    announce(event, institution_id=to, subject_id=about_it, about=_about(copy))


def _about(copy: Copy) -> dict[str, Any]:
    return {"grant": str(copy.grant_id), "copy": copy.pk, "attempt": copy.attempt}


def tell_of_waiting(grant: Grant) -> bool:
    """The owner's people hear that something waits to be copied; once until the grant is filled."""
    key = f"{grant.id}:{grant.state_since.isoformat()}"  # it is active in between
    return _announce(Event.GRANT_WAITING, grant, grant.owner, key=key)


def _announce(event: Event, grant: Grant, side: Institution, **more: Any) -> bool:
    about = {"grant": str(grant.id), "side": "owner" if side.pk == grant.owner_id else "recipient"}
    return announce(event, institution_id=side.pk, subject_id=grant.id, about=about, **more)
