"""How an institution takes part in the exchange, and requests for access."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.errors import AlreadyAsked, ProfileInvalid, ReasonMissing, RequestIncomplete
from sharing.models import AccessRequest, Profile
from sharing.selectors import get_listed, get_open_request, get_own_request
from sharing.states import RequestState

MOST_WANTED = 1000
MOST_WORDS = 500


@transaction.atomic
def save_profile(*, actor: Actor, listed: bool, lei: str, needs_second: bool) -> Profile:
    """Whether the directory names the institution, with which LEI, and whether grants take two admins."""
    from ingestion.pipeline.codefamilies.check_digits import is_lei

    institution = actor.require(Role.ADMIN)
    lei = lei.strip().upper()
    if lei and not is_lei(lei):
        raise ProfileInvalid
    chosen = {"listed": listed, "lei": lei, "needs_second": needs_second}
    profile, _new = Profile.objects.update_or_create(institution=institution, defaults=chosen)
    record(
        tag=AuditTag.EXCHANGE_PROFILE_SAVED,
        institution_id=institution.pk,
        actor_id=actor.user.id,
        subject_id=institution.pk,
        address=actor.address,
        detail=chosen,
    )
    return profile


@transaction.atomic
def ask_for_access(*, actor: Actor, code: str, wanted: str, purpose: str) -> AccessRequest:
    """Asks an institution of the directory for a grant; AlreadyAsked while an earlier request is open."""
    asker = actor.require(Role.ADMIN)
    owner = get_listed(actor, code)
    wanted, purpose = wanted.strip()[:MOST_WANTED], purpose.strip()[:MOST_WORDS]
    if not wanted or not purpose:
        raise RequestIncomplete
    words = {"wanted": wanted, "purpose": purpose, "asked_by": actor.user, "asked_at": timezone.now()}
    made, new = AccessRequest.objects.get_or_create(
        asker=asker, owner=owner, state=RequestState.OPEN, defaults=words
    )
    if not new:
        raise AlreadyAsked
    request_noted(AuditTag.ACCESS_ASKED, made, actor)
    announce(Event.ACCESS_ASKED, institution_id=owner.pk, subject_id=made.pk, about={})
    return made


@transaction.atomic
def decline_access(*, actor: Actor, request_id: UUID, reason: str) -> AccessRequest:
    """The owner does not grant it, and says why."""
    actor.require(Role.ADMIN)
    found = get_open_request(actor, request_id)
    if not reason.strip():
        raise ReasonMissing
    if not _ended(found, RequestState.DECLINED, actor, reason=reason.strip()[:MOST_WORDS]):
        return get_open_request(actor, request_id)  # somebody was faster: NotFound
    request_noted(AuditTag.ACCESS_DECLINED, found, actor)
    announce(Event.ACCESS_DECLINED, institution_id=found.asker_id, subject_id=found.pk, about={})
    found.refresh_from_db()
    return found


@transaction.atomic
def withdraw_access(*, actor: Actor, request_id: UUID) -> AccessRequest:
    """Whoever asked no longer does; a draft that was begun as the answer stays the owner's own."""
    actor.require(Role.ADMIN)
    found = get_own_request(actor, request_id)
    if not _ended(found, RequestState.WITHDRAWN, actor):
        return get_own_request(actor, request_id)  # somebody was faster: NotFound
    request_noted(AuditTag.ACCESS_WITHDRAWN, found, actor)
    announce(Event.ACCESS_WITHDRAWN, institution_id=found.owner_id, subject_id=found.pk, about={})
    found.refresh_from_db()
    return found


def _ended(found: AccessRequest, state: RequestState, actor: Actor, **more: str) -> bool:
    """Ends a request that is open; False when it is not any more."""
    waiting = AccessRequest.objects.filter(pk=found.pk, state=RequestState.OPEN)
    return bool(waiting.update(state=state, answered_by=actor.user, answered_at=timezone.now(), **more))


def request_noted(tag: AuditTag, asked: AccessRequest, actor: Actor | None) -> None:
    """In both trails; the other side's names no person of this one."""
    sides: list[Institution] = [asked.asker, asked.owner]
    # a record holds its institution's audit chain: in one order, so that no two acts wait for each other
    for side in sorted(sides, key=lambda side: side.pk):
        own = actor if actor and actor.institution and actor.institution.pk == side.pk else None
        record(
            tag=tag,
            institution_id=side.pk,
            actor_id=own.user.id if own else None,
            subject_id=asked.pk,
            address=own.address if own else None,
            detail={"asker": asked.asker.code, "owner": asked.owner.code},
        )
