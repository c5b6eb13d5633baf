"""Reads: grants of the actor's institution in both directions, what falls under them, what was received."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.review.selectors import no_error_open
from ingestion.web.models import NamedFund, Submission
from ingestion.web.selectors.limits import funds_said, of_seen, seen_within, with_seen
from ingestion.web.states import State as SubmissionState
from ingestion.web.states import Verdict
from portal.accounts.actor import Actor
from portal.accounts.limits import Limit
from portal.accounts.models import Institution
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from sharing.acceptance import disclosed, passed, unchecked
from sharing.models import AccessRequest, Copy, Grant, Invitation, Profile
from sharing.states import FLOWING, READABLE, Condition, CopyState, InvitationState, RequestState, State


def grants_given(actor: Reader) -> QuerySet[Grant]:
    """What the actor's institution lets others have, newest first; viewers see it too."""
    return _within(actor.limit, _grants().filter(owner=actor.reads(Scope.GRANTS)))


def grants_received(actor: Reader) -> QuerySet[Grant]:
    """What others let the actor's institution have; drafts are the owner's own."""
    mine = _within(actor.limit, _grants().filter(recipient=actor.reads(Scope.GRANTS)))
    return mine.exclude(state__in=[State.DRAFT, State.DISCARDED])


def get_grant(actor: Reader, grant_id: UUID, *, lock: bool = False) -> Grant:
    """A grant the actor's institution gives or receives, its row locked if asked; NotFound otherwise."""
    mine = actor.reads(Scope.GRANTS)
    seen = Q(owner=mine) | (Q(recipient=mine) & ~Q(state__in=[State.DRAFT, State.DISCARDED]))
    found = _within(actor.limit, _grants().filter(seen, pk=grant_id))
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    grant = found.first()
    if grant is None:
        raise NotFound(_("This grant does not exist."))
    return grant


def possible_recipients(actor: Actor) -> QuerySet[Institution]:
    """Institutions a grant can be given to: those that the directory lists, or that share already.

    Not those that have left.
    """
    mine = actor.require(Role.VIEWER)
    known = (
        Q(exchange_profile__listed=True) | Q(grants_received__owner=mine) | Q(grants_given__recipient=mine)
    )
    there = Institution.objects.filter(known, departure=None)
    return there.exclude(pk=mine.pk).distinct().order_by("name")


def directory(actor: Actor) -> QuerySet[Institution]:
    """The institutions that take part by their own choice, and with whom the actor's shares already."""
    return possible_recipients(actor).select_related("exchange_profile")


def get_listed(actor: Actor, code: str) -> Institution:
    """One of them; NotFound for everybody else, as if it did not exist."""
    found = directory(actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("The directory does not list this institution."))
    return found


def requests_of(actor: Actor) -> QuerySet[AccessRequest]:
    """What the actor's institution was asked for and what it asked others for, newest first.

    In words, which may name any fund: not for who is limited to some.
    """
    mine = actor.require(Role.VIEWER)
    if actor.limit is not None:
        return AccessRequest.objects.none()
    both = AccessRequest.objects.filter(Q(owner=mine) | Q(asker=mine))
    return both.select_related("owner", "asker", "asked_by", "answered_by", "grant")


def get_open_request(actor: Actor, request_id: UUID) -> AccessRequest:
    """A request that the actor's institution may answer now; NotFound otherwise."""
    mine = actor.require(Role.VIEWER)
    found = requests_of(actor).filter(owner=mine, state=RequestState.OPEN, pk=request_id).first()
    if found is None:
        raise NotFound(_("This request does not exist, or it is answered."))
    return found


def get_own_request(actor: Actor, request_id: UUID) -> AccessRequest:
    """A request of the actor's institution that waits for its answer; NotFound otherwise."""
    mine = actor.require(Role.VIEWER)
    found = requests_of(actor).filter(asker=mine, state=RequestState.OPEN, pk=request_id).first()
    if found is None:
        raise NotFound(_("This request does not exist, or it is answered."))
    return found


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """Institutions that the actor's has invited, the latest first; not for who is limited to some funds."""
    if actor.limit is not None:
        return Invitation.objects.none()
    mine = Invitation.objects.filter(owner=actor.require(Role.VIEWER))
    return mine.select_related("invited_by", "grant")


def onboarding_asked(most: int | None = None) -> list[tuple[UUID, str, str, date, datetime]]:
    """For operators: who is asked on board longest, by name and LEI, until and since when; not by whom."""
    waiting = Invitation.objects.filter(state=InvitationState.OPEN).order_by("invited_at")
    return list(waiting.values_list("pk", "name", "lei", "ends_on", "invited_at")[:most])


@dataclass(frozen=True)
class Preview:
    """How many deliveries, and the newest of them."""

    total: int
    newest: list[Submission]


def would_share(grant: Grant, most: int) -> Preview:
    """What would be handed on at once, were this draft accepted now: `most` of it, newest first."""
    near = current_of(grant)  # narrowed by what stands in columns before the cards are read
    if grant.templates:
        near = near.filter(template__in=grant.templates)
    if grant.valuations_from:
        near = near.exclude(fund_deliveries__valuation_date__lt=grant.valuations_from)
    if grant.funds:
        others = NamedFund.objects.filter(submission=OuterRef("pk")).exclude(fund__in=grant.funds)
        near = near.exclude(Exists(others))
    found = [each.pk for each in covered_by(grant, near.only("index_card").order_by("-created_at"))]
    newest = Submission.objects.filter(pk__in=found[:most]).order_by("-created_at")
    return Preview(len(found), list(newest))


def profile_of(institution: Institution) -> Profile:
    """How it takes part; not listed and with one admin as long as nobody chose otherwise."""
    return Profile.objects.filter(institution=institution).first() or Profile(institution=institution)


def covered_by(grant: Grant, submissions: QuerySet[Submission]) -> list[Submission]:
    """Of these deliveries of the owner, those that fall under the grant as it would be if it were open.

    What could not be read is never handed on.
    """
    asked, today = grant.of_record(is_open=True), timezone.now().date()
    found = submissions.filter(institution=grant.owner).exclude(verdict=Verdict.UNREADABLE)
    if grant.condition == Condition.STOOD_BY:
        found = found.filter(no_error_open())
    return [each for each in found if each.index_card and asked.covers(each.index_card, today)]


def falls_under(grants: Iterable[Grant], submission: Submission) -> list[Grant]:
    """Of these grants of its owner those under which a delivery falls, however many: two queries."""
    counting = Submission.objects.filter(
        pk=submission.pk, state=SubmissionState.COMPLETED, check_only=False, superseded_by=None
    ).exclude(verdict=Verdict.UNREADABLE)
    found, today = counting.first(), timezone.now().date()
    if found is None or not found.index_card:
        return []
    met = {Condition.CHECKED.value}
    if counting.filter(no_error_open()).exists():
        met.add(Condition.STOOD_BY.value)
    card = found.index_card
    return [
        grant
        for grant in grants
        if grant.condition in met and grant.of_record(is_open=True).covers(card, today)
    ]


def current_of(grant: Grant) -> QuerySet[Submission]:
    """The owner's deliveries that count now, whoever asks: neither withdrawn, replaced nor only checked."""
    return Submission.objects.filter(
        institution=grant.owner, state=SubmissionState.COMPLETED, check_only=False, superseded_by=None
    )


def copies_due() -> QuerySet[Copy]:
    """What is owed and may be handed on now: the grant flows, the delivery counts and meets the condition.

    What is owed and not due waits: the delivery that replaced it may be withdrawn, its errors be released, a
    later rulebook of the recipient let it pass.
    """
    return flowing_copies().filter(passed(), state=CopyState.OWED)


def copies_unchecked(*, checkable: bool = False) -> QuerySet[Copy]:
    """What is or would be due, had it passed the recipient's acceptance rulebook, which nobody has tried yet.

    `checkable`: only where there is one to try it by.
    """
    found = flowing_copies().filter(unchecked())
    return found.filter(disclosed()) if checkable else found


def newest_waiting(
    waiting: QuerySet[Copy],
    submission: Submission | None = None,
    grant: Grant | None = None,
    most: int | None = None,
) -> list[Copy]:
    """Of these copies, of a delivery or under a grant, `most`, with what it takes to check or copy them.

    The newest first: what cannot be checked or copied any more, for its files are gone, keeps nothing back.
    """
    if submission is not None:
        waiting = waiting.filter(submission=submission)
    if grant is not None:
        waiting = waiting.filter(grant=grant)
    found = waiting.select_related("grant__owner", "grant__recipient", "submission__institution")
    return list(found.order_by("-owed_at", "-pk")[:most])


def flowing_copies() -> QuerySet[Copy]:
    """Under open grants, of deliveries that count and meet their condition: each is looked up for itself."""
    counting = Submission.objects.filter(
        pk=OuterRef("submission"), state=SubmissionState.COMPLETED, check_only=False, superseded_by=None
    ).exclude(verdict=Verdict.UNREADABLE)
    stood_by = Q(Exists(counting.filter(no_error_open())))
    checked = Q(Exists(counting), grant__condition=Condition.CHECKED)
    return Copy.objects.filter(checked | stood_by, grant__state__in=FLOWING)


def grants_that_flow(owner: Institution) -> QuerySet[Grant]:
    """The open grants of an institution, whose last day is not over."""
    today = timezone.now().date()
    flowing = _grants().filter(owner=owner, state__in=FLOWING)
    return flowing.filter(Q(ends_on=None) | Q(ends_on__gte=today))


def received_for(actor: Reader) -> QuerySet[Copy]:
    """Deliveries of others that the actor's institution may read now, newest first; within their limit."""
    mine, today = actor.reads(Scope.DELIVERIES), timezone.now().date()
    found = (
        Copy.objects.filter(grant__recipient=mine, grant__state__in=READABLE, state=CopyState.DONE)
        .filter(Q(grant__ends_on=None) | Q(grant__ends_on__gte=today))
        .select_related("grant__owner", "grant__recipient", "submission")
        .order_by("-done_at", "-pk")
    )
    return with_seen(of_seen(found, actor.limit), actor.limit, "submission__superseded_by")


def get_received(actor: Reader, copy_id: int) -> Copy:
    """One of them; NotFound for everybody else's, and from the moment the grant is closed."""
    found = received_for(actor).filter(pk=copy_id).first()
    if found is None:
        raise NotFound(_("This delivery does not exist, or is no longer shared with you."))
    return found


def received_within(limit: Limit) -> QuerySet[Submission]:
    """What others handed on to the institution and is within the limit, also what was taken back since."""
    theirs = Copy.objects.filter(grant__recipient=limit.institution_id)
    return seen_within(limit).filter(pk__in=theirs.order_by().values("submission"))


def ids_within(limit: Limit) -> list[UUID]:
    """The ids of the institution's grants that name funds, and none outside of the limit.

    The lists are compared here: the databases cannot do it alike.
    """
    meant = meant_by(limit)
    mine = Grant.objects.filter(Q(owner=limit.institution_id) | Q(recipient=limit.institution_id))
    return [
        pk for pk, funds in mine.order_by().values_list("pk", "funds") if funds and meant.issuperset(funds)
    ]


def meant_by(limit: Limit) -> frozenset[str]:
    """The funds within a limit, also by what others handed on to the institution: all of it must agree."""
    received = Copy.objects.filter(grant__recipient=limit.institution_id, state=CopyState.DONE)
    known = Q(institution=limit.institution_id) | Q(pk__in=received.values("submission"))
    return limit.funds | funds_said(limit, Submission.objects.filter(known))


def grants_within(limit: Limit) -> QuerySet[Grant]:
    """These grants."""
    return Grant.objects.filter(pk__in=ids_within(limit))


def _within(limit: Limit | None, grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Of these grants of the person's institution those within their limit."""
    return grants if limit is None else grants.filter(pk__in=ids_within(limit))


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("owner", "recipient", "drafted_by", "confirmed_by")
