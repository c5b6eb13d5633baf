"""A grant as its page shows it: labels, history, copies, and what this person can do about it now."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.selectors.limits import of_seen
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.selectors import records_about
from portal.audit.tags import AuditTag
from portal.dashboard.wording import Label, Text
from sharing.acceptance import acceptance_rulebook, disclosed_rulebook, not_passed, unchecked
from sharing.hindrances import hindrance_of
from sharing.models import AcceptanceRulebook, Copy, Grant, GrantExpectation, GrantTransition
from sharing.selectors import Preview, copies_due, copies_unchecked, would_share
from sharing.services import may_expect
from sharing.states import ENDABLE, FLOWING, READABLE, CopyState, Hindrance, State

STATES: dict[str, Label] = {
    State.DRAFT: Label("calm", "file", lazy("Draft")),
    State.OFFERED: Label("hold", "clock", lazy("Offered")),
    State.ACCEPTED: Label("hold", "key", lazy("Accepted, not yet filled")),
    State.ACTIVE: Label("good", "passed", lazy("Active")),
    State.SUSPENDED: Label("warn", "warning", lazy("Suspended")),
    State.DECLINED: Label("odd", "withdrawn", lazy("Declined")),
    State.DISCARDED: Label("calm", "withdrawn", lazy("Discarded")),
    State.EXPIRED: Label("calm", "withdrawn", lazy("Expired")),
    State.REVOKED: Label("bad", "withdrawn", lazy("Revoked")),
}
COPIES: dict[str, Label] = {
    CopyState.OWED: Label("hold", "key", lazy("Waits for a sign-in of the owner")),
    CopyState.DONE: Label("good", "check", lazy("Delivered")),
    CopyState.ENDING: Label("hold", "running", lazy("Being deleted")),
    CopyState.GONE: Label("calm", "withdrawn", lazy("Deleted")),
}
REFUSED = Label("warn", "warning", lazy("Does not pass the recipient’s rulebook"))
HINDERED = Label("hold", "clock", lazy("Waits for the recipient’s rulebook"))
CONTENT_WORDS: dict[str, Text] = {
    "original": lazy("The file as it was handed in"),
    "schema": lazy("Its tables in the common schema"),
    "summary": lazy("Verdict and counts by rule, without values"),
}
MOST_SHOWN = 50


@dataclass(frozen=True)
class Step:
    """One line of a grant's history; `who` is a colleague's name, or the other institution's."""

    label: Label
    at: datetime
    who: str
    reason: str


@dataclass(frozen=True)
class Line:
    """One delivery under a grant."""

    copy: Copy
    label: Label


@dataclass(frozen=True)
class Shown:
    """A grant for one person. `counts`: copies by state.

    `counts["refused"]`: those that do not pass the recipient's rulebook. `acceptance`: the one that
    deliveries must pass now, where the owner has it; `published`: the same for the recipient, whose own it
    is, and for an owner who had it. `hindrance`: why nothing can be tried by it. `opened` and `downloaded`:
    how often the other side did, as the owner's trail says.
    """

    grant: Grant
    label: Label
    given: bool
    other: Institution
    history: list[Step]
    counts: dict[str, int]
    lines: list[Line]
    expected: list[GrantExpectation]
    acceptance: AcceptanceRulebook | None
    published: AcceptanceRulebook | None
    hindrance: Hindrance | None
    may: frozenset[str]
    second_needed: bool
    opened: int
    downloaded: int

    @property
    def most(self) -> int:
        """How many deliveries are listed at most."""
        return MOST_SHOWN

    @cached_property
    def preview(self) -> Preview | None:
        """What an offer would hand on at once; only for its owner, before it is accepted."""
        waits = self.given and self.grant.state in (State.DRAFT, State.OFFERED)
        return would_share(self.grant, MOST_SHOWN) if waits else None

    @property
    def contents(self) -> list[Text]:
        """What is handed on of each delivery, in words."""
        return [words for name, words in CONTENT_WORDS.items() if name in self.grant.contents]

    @property
    def total(self) -> int:
        """How many copies there are in all."""
        return sum(self.counts.values())


def shown(actor: Actor, grant: Grant) -> Shown:
    """All that the page of a grant says to this person."""
    given = actor.institution is not None and grant.owner_id == actor.institution.pk
    counts = dict(grant.copies.values_list("state").annotate(n=Count("pk")).values_list("state", "n"))
    if refused := grant.copies.filter(not_passed(), state=CopyState.OWED).count():
        counts |= {"refused": refused, CopyState.OWED: counts[CopyState.OWED] - refused}
    due = (copies_due(), copies_unchecked(checkable=True))
    waits = given and grant.state == State.DRAFT and grant.needs_second
    hindrance = hindrance_of(grant)
    knows = not given or hindrance == Hindrance.MISSING
    trail = records_about(institution_id=grant.owner_id, subject_id=grant.pk) if given else None
    return Shown(
        grant=grant,
        label=STATES[grant.state],
        given=given,
        other=grant.recipient if given else grant.owner,
        history=[_step(each, grant, given) for each in _transitions(grant, given)],
        counts=counts,
        lines=_lines(actor, grant, given, hindrance),
        expected=list(grant.expectations.select_related("set_by")) if may_expect(grant) else [],
        acceptance=disclosed_rulebook(grant) if grant.must_pass else None,
        published=acceptance_rulebook(grant.recipient) if grant.must_pass and knows else None,
        hindrance=hindrance,
        may=frozenset(_possible(actor, grant, given, any(one.filter(grant=grant).exists() for one in due))),
        second_needed=waits and grant.drafted_by_id == actor.user.id,
        opened=trail.filter(tag=AuditTag.RECEIVED_VIEWED).count() if trail is not None else 0,
        downloaded=trail.filter(tag=AuditTag.RECEIVED_DOWNLOADED).count() if trail is not None else 0,
    )


def _possible(actor: Actor, grant: Grant, given: bool, owed: bool) -> list[str]:
    """What this person can do with the grant as it stands."""
    state = State(grant.state)
    fill = ["fill"] if given and owed and state in FLOWING and actor.may(Role.UPLOADER) else []
    expect = ["expect"] if not given and actor.may(Role.REVIEWER) and may_expect(grant) else []
    if not actor.may(Role.ADMIN):
        return [*fill, *expect]
    if not given:
        return ["accept", "decline"] if state == State.OFFERED else expect
    if state == State.DRAFT:
        waits = grant.needs_second and grant.drafted_by_id == actor.user.id
        return ["edit", "discard", *([] if waits else ["offer"])]
    return [
        *fill,
        *(["suspend"] if state in FLOWING else []),
        *(["resume"] if state == State.SUSPENDED else []),
        *(["revoke"] if state in ENDABLE else []),
    ]


def _transitions(grant: Grant, given: bool) -> list[GrantTransition]:
    """Newest first; what happened before the offer is the owner's own."""
    found = grant.transitions.select_related("actor").order_by("-id")
    if not given:
        found = found.exclude(to_state__in=[State.DRAFT, State.DISCARDED])
    return list(found)


def _step(one: GrantTransition, grant: Grant, given: bool) -> Step:
    by_recipient = one.from_state == State.OFFERED and one.to_state in (State.ACCEPTED, State.DECLINED)
    if one.actor is None:
        who = _("Fundgate")
    elif by_recipient == given:
        who = (grant.recipient if by_recipient else grant.owner).name  # not one of this side's people
    else:
        who = str(one.actor)
    return Step(STATES[one.to_state], one.at, who, one.reason)


def _lines(actor: Actor, grant: Grant, given: bool, hindrance: Hindrance | None) -> list[Line]:
    """The latest copies; the other side sees what it can read now."""
    copies = of_seen(grant.copies.all(), actor.limit)
    found = copies.select_related("submission").order_by("-owed_at", "-pk")
    if not given:
        readable = grant.state in READABLE and not grant.ended(timezone.now().date())
        found = found.filter(state=CopyState.DONE) if readable else found.none()
    owed = found.filter(state=CopyState.OWED).values_list("pk", flat=True)
    refused = owed.filter(not_passed()) if grant.must_pass else owed.none()
    untried = owed.filter(unchecked()) if hindrance else owed.none()
    words = dict.fromkeys(refused, REFUSED) | dict.fromkeys(untried, HINDERED)
    return [Line(one, words.get(one.pk, COPIES[one.state])) for one in found[:MOST_SHOWN]]
