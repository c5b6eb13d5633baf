"""A grant from draft to end. Every change is written to the owner's bucket before the row says so."""

import logging
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ingestion.review.services import one_at_a_time
from ingestion.web import control
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from sharing.errors import NotPossibleNow, SecondAdminNeeded
from sharing.models import AccessRequest, Copy, Grant, GrantTransition
from sharing.selectors import copies_due, copies_unchecked, get_grant, possible_recipients, profile_of
from sharing.services.disclosing import disclose_to
from sharing.services.owing import end_copies, owe_all
from sharing.services.telling import noted
from sharing.states import ALLOWED_TRANSITIONS, FLOWING, CopyState, RequestState, State
from sharing.terms import Terms, checked

log = logging.getLogger(__name__)
_MAY_EXPIRE = [state for state, allowed in ALLOWED_TRANSITIONS.items() if State.EXPIRED in allowed]


@transaction.atomic
def draft(*, actor: Actor, recipient_id: UUID, terms: Terms, answers: AccessRequest | None = None) -> Grant:
    """A grant that nobody else sees yet; NotAGrantYet, NotFound for a recipient who cannot be addressed.

    `answers`: the recipient's request, which counts as answered when the draft is offered.
    """
    owner = actor.require(Role.ADMIN)
    # whoever asked for it may be addressed, listed or not
    asked = answers is not None and (answers.owner_id, answers.asker_id) == (owner.pk, recipient_id)
    recipient = answers.asker if asked and answers else _recipient(actor, recipient_id)
    now = timezone.now()
    grant = Grant.objects.create(
        owner=owner,
        recipient=recipient,
        state=State.DRAFT,
        state_since=now,
        drafted_by=actor.user,
        drafted_at=now,
        needs_second=profile_of(owner).needs_second,
        **checked(terms, now.date()).fields(),
    )
    GrantTransition.objects.create(grant=grant, to_state=State.DRAFT, actor=actor.user, at=now)
    if asked and answers:
        AccessRequest.objects.filter(pk=answers.pk, state=RequestState.OPEN).update(grant=grant)
    noted(AuditTag.GRANT_DRAFTED, grant, actor, both=False)
    return grant


@transaction.atomic
def redraft(*, actor: Actor, grant_id: UUID, terms: Terms) -> Grant:
    """Other terms for a draft; whoever changes it counts as its author. NotPossibleNow once it is offered."""
    grant = _mine(actor, grant_id, State.DRAFT)
    for name, value in checked(terms, timezone.now().date()).fields().items():
        setattr(grant, name, value)
    grant.drafted_by, grant.needs_second = actor.user, profile_of(grant.owner).needs_second
    grant.save()
    noted(AuditTag.GRANT_DRAFTED, grant, actor, both=False)
    return grant


@transaction.atomic
def discard(*, actor: Actor, grant_id: UUID) -> Grant:
    """Sets a draft aside."""
    grant = _mine(actor, grant_id, State.DRAFT)
    move(grant, State.DISCARDED, actor)
    noted(AuditTag.GRANT_DISCARDED, grant, actor, both=False)
    return grant


@transaction.atomic
def offer(*, actor: Actor, grant_id: UUID) -> Grant:
    """Shows it to the recipient; where two admins are wanted, the second does this: SecondAdminNeeded."""
    grant = _mine(actor, grant_id, State.DRAFT)
    if grant.needs_second and grant.drafted_by_id == actor.user.id:
        raise SecondAdminNeeded
    if grant.ended(timezone.now().date()):
        raise NotPossibleNow
    grant.confirmed_by = actor.user
    _write(actor, grant, is_open=True)
    move(grant, State.OFFERED, actor)
    AccessRequest.objects.filter(grant=grant, state=RequestState.OPEN).update(
        state=RequestState.ANSWERED, answered_by=actor.user, answered_at=grant.state_since
    )
    noted(AuditTag.GRANT_OFFERED, grant, actor)
    return grant


def accept(*, actor: Actor, grant_id: UUID) -> Grant:
    """The recipient takes it: what falls under it is owed from now on."""
    with transaction.atomic():
        offered = _theirs(actor, grant_id)
    disclose_to(actor, offered)  # in rows of its own: the janitor looks them up while the document is put
    return _accept(actor, grant_id)


@transaction.atomic
def _accept(actor: Actor, grant_id: UUID) -> Grant:
    _after_its_reviews(actor, grant_id)
    grant = _theirs(actor, grant_id)
    move(grant, State.ACCEPTED, actor)
    noted(AuditTag.GRANT_ACCEPTED, grant, actor)
    owe_all(grant)
    settle(grant)
    return grant


@transaction.atomic
def decline(*, actor: Actor, grant_id: UUID, reason: str) -> Grant:
    """The recipient does not want it."""
    grant = _theirs(actor, grant_id)
    move(grant, State.DECLINED, actor, reason)
    noted(AuditTag.GRANT_DECLINED, grant, actor)
    return grant


@transaction.atomic
def suspend(*, actor: Actor, grant_id: UUID, reason: str) -> Grant:
    """Nothing new is handed on until it is resumed; what was stays readable."""
    grant = _mine(actor, grant_id, State.ACCEPTED, State.ACTIVE)
    _write(actor, grant, is_open=False)
    move(grant, State.SUSPENDED, actor, reason)
    noted(AuditTag.GRANT_SUSPENDED, grant, actor)
    return grant


@transaction.atomic
def resume(*, actor: Actor, grant_id: UUID) -> Grant:
    """It flows again, and what came due meanwhile is owed."""
    _after_its_reviews(actor, grant_id)
    grant = _mine(actor, grant_id, State.SUSPENDED)
    _write(actor, grant, is_open=True)
    move(grant, State.ACCEPTED, actor)
    noted(AuditTag.GRANT_RESUMED, grant, actor)
    owe_all(grant)
    settle(grant)
    return grant


@transaction.atomic
def revoke(*, actor: Actor, grant_id: UUID, reason: str) -> Grant:
    """Ends it for good: from here no page of the recipient shows it, and every copy is to be deleted."""
    grant = _mine(actor, grant_id, State.OFFERED, State.ACCEPTED, State.ACTIVE, State.SUSPENDED)
    _write(actor, grant, is_open=False)
    move(grant, State.REVOKED, actor, reason)
    end_copies(grant)
    noted(AuditTag.GRANT_REVOKED, grant, actor)
    return grant


def expire_what_is_due() -> int:
    """Ends grants whose last day is over, nobody signed in; how many. One that fails keeps no other open."""
    today, ended = timezone.now().date(), 0
    due = Grant.objects.filter(state__in=_MAY_EXPIRE, ends_on__lt=today).values_list("pk", flat=True)
    for grant_id in list(due):
        try:
            ended += _expire(grant_id, today)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others end
            log.error("grant %s could not be ended (%s)", grant_id, type(error).__name__)
    return ended


@transaction.atomic
def _expire(grant_id: UUID, today: date) -> bool:
    rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "recipient")
    grant = rows.get(pk=grant_id)
    if grant.state not in _MAY_EXPIRE or not grant.ended(today):
        return False
    move(grant, State.EXPIRED, None)
    end_copies(grant)
    noted(AuditTag.GRANT_EXPIRED, grant, None)
    return True


def settle(*grants: Grant) -> None:
    """Flowing grants, their rows locked, are accepted while something is due or unchecked, else active."""
    flowing = {grant.pk: grant for grant in grants if grant.state in FLOWING}
    # of most grants nothing is owed: only of the others is asked whether it is due
    near = set(
        Copy.objects.filter(grant__in=flowing, state=CopyState.OWED)
        .values_list("grant", flat=True)
        .distinct()
    )
    near |= {pk for pk, grant in flowing.items() if grant.must_pass}
    waiting = _waiting(near) if near else frozenset()
    for pk, grant in flowing.items():
        to = State.ACCEPTED if pk in waiting else State.ACTIVE
        if grant.state != to:
            move(grant, to, None)


def _waiting(grants: Collection[UUID]) -> frozenset[UUID]:
    """Those of these grants under which something is due, or must be checked first."""
    due, unchecked = (
        Exists(found.filter(grant=OuterRef("pk"))) for found in (copies_due(), copies_unchecked())
    )
    found = Grant.objects.filter(due | (Q(must_pass=True) & Q(unchecked)), pk__in=grants).order_by()
    return frozenset(found.values_list("pk", flat=True))


def _after_its_reviews(actor: Actor, grant_id: UUID) -> None:
    """Waits for verdicts of the owner that come now: else neither they nor this act would owe them."""
    one_at_a_time(get_grant(actor, grant_id).owner_id)


def _recipient(actor: Actor, recipient_id: UUID) -> Institution:
    found = possible_recipients(actor).filter(pk=recipient_id).first()
    if found is None:
        raise NotFound
    return found


def _mine(actor: Actor, grant_id: UUID, *states: State) -> Grant:
    """A grant of the actor's own institution in one of these states, locked; admins only."""
    owner = actor.require(Role.ADMIN)
    grant = get_grant(actor, grant_id, lock=True)
    if grant.owner_id != owner.pk or grant.state not in states:
        raise NotPossibleNow
    return grant


def _theirs(actor: Actor, grant_id: UUID) -> Grant:
    """A grant that is offered to the actor's institution, locked; admins only."""
    recipient = actor.require(Role.ADMIN)
    grant = get_grant(actor, grant_id, lock=True)
    if grant.recipient_id != recipient.pk or grant.state != State.OFFERED:
        raise NotPossibleNow
    if grant.ended(timezone.now().date()):
        raise NotPossibleNow
    return grant


def _write(actor: Actor, grant: Grant, *, is_open: bool) -> None:
    """The document, with the admin's own credentials. Written first: it alone lets anything flow."""
    ref = control.write(actor, "grants", str(grant.id), grant.of_record(is_open=is_open).to_bytes())
    grant.object_version, grant.sha256 = ref.version_id, ref.sha256


def move(grant: Grant, to: State, actor: Actor | None, reason: str = "") -> None:
    """The one way a grant's state changes, its row locked; NotPossibleNow where the table forbids it."""
    if to not in ALLOWED_TRANSITIONS[State(grant.state)]:
        raise NotPossibleNow
    before, grant.state, grant.state_since = grant.state, to, timezone.now()
    grant.save()
    GrantTransition.objects.create(
        grant=grant,
        from_state=before,
        to_state=to,
        reason=reason.strip()[:500],
        actor=actor.user if actor else None,
        at=grant.state_since,
    )
