"""Who can read which funds of whom, now or at a moment in the past: a handful of queries, however many."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ingestion.pipeline.card import fund_of
from ingestion.web.models import Submission
from ingestion.web.selectors import submissions_for
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.selectors import records_of_institution
from portal.audit.tags import AuditTag
from sharing.models import Copy, Grant, GrantTransition
from sharing.selectors import grants_given, grants_received, received_for
from sharing.states import READABLE, CopyState

AT_ONCE = 500
"""Grants of one question to the trail."""
There = dict[UUID, dict[UUID, datetime]]
"""By grant the deliveries that lay at its recipient, and since when."""


@dataclass(frozen=True)
class Access:
    """What one grant let its recipient read of one fund; no fund: of all, also those that come later.

    A fund that the grant does not name was `found` in what was handed on under a grant of all. `there`: what
    lay at the recipient under the grant, and since when; None where this side may not know what of the fund
    did any more. `of_fund`: the deliveries of the fund, None for all. They are counted when somebody asks.
    """

    grant: Grant
    fund: str
    name: str
    found: bool
    there: Mapping[UUID, datetime] | None
    of_fund: frozenset[UUID] | None

    @cached_property
    def submissions(self) -> frozenset[UUID] | None:
        """What of the fund lay at the recipient; None where it is not told."""
        if self.there is None or self.of_fund is None:
            return None if self.there is None else frozenset(self.there)
        return frozenset(self.there.keys() & self.of_fund)

    @property
    def deliveries(self) -> int | None:
        """How many they are."""
        return None if self.submissions is None else len(self.submissions)

    @property
    def last(self) -> datetime | None:
        """Since when the last of them lay there."""
        there = self.there or {}
        return max((there[each] for each in self.submissions or ()), default=None)


@dataclass(frozen=True)
class Cards:
    """Of the deliveries that a person sees: the funds of each, those of each fund, the names of funds."""

    funds: Mapping[UUID, frozenset[str]]
    deliveries: Mapping[str, frozenset[UUID]]
    names: Mapping[str, str]


def accesses(
    actor: Actor, *, given: bool, moment: datetime | None = None, institution: str = "", fund: str = ""
) -> list[Access]:
    """Of every grant that was open then, by the other institution's name; a moment of None is now.

    `institution` is a code; `fund` a piece of an identifier or a name, which grants of all funds fit too.
    """
    grants = _open(actor, given, moment)
    if institution:
        grants = grants.filter(**{"recipient__code" if given else "owner__code": institution})
    there, cards = _there(actor, grants, moment or timezone.now()), _cards(actor, grants, given)
    if given or moment is None:  # of what this person does not see nothing is counted
        there = {
            one: {key: at for key, at in lying.items() if key in cards.funds} for one, lying in there.items()
        }
    lines = [line for grant in grants for line in _lines(grant, there.get(grant.pk, {}), cards)]
    if fund:
        lines = [line for line in lines if not line.fund or _fits(line, fund.strip().casefold())]
    other = "recipient" if given else "owner"
    return sorted(lines, key=lambda line: (getattr(line.grant, other).name.casefold(), line.fund))


def partners(actor: Actor) -> QuerySet[Institution]:
    """The institutions to which, or from which, anything was ever granted, by name."""
    mine = actor.require(Role.VIEWER)
    given = grants_given(actor).order_by().values("recipient")
    received = grants_received(actor).order_by().values("owner")
    found = Institution.objects.filter(Q(pk__in=given) | Q(pk__in=received)).exclude(pk=mine.pk)
    return found.order_by("name")


def _open(actor: Actor, given: bool, moment: datetime | None) -> QuerySet[Grant]:
    """Grants under which something could be read; their terms never change once they are offered."""
    grants = grants_given(actor) if given else grants_received(actor)
    if moment is None:
        grants = grants.filter(state__in=READABLE)
    else:
        before = GrantTransition.objects.filter(grant=OuterRef("pk"), at__lte=moment).order_by("-id")
        grants = grants.annotate(then=Subquery(before.values("to_state")[:1])).filter(then__in=READABLE)
    day = (moment or timezone.now()).astimezone(UTC).date()
    return grants.filter(Q(ends_on=None) | Q(ends_on__gte=day))


def _there(actor: Actor, grants: QuerySet[Grant], moment: datetime) -> There:
    """What had been handed on and not deleted; what is owed once more too, for its old copy lies there."""
    copies = Copy.objects.filter(grant__in=grants.order_by().values("pk"), done_at__isnull=False)
    latest = Q(done_at__gte=F("owed_at"), done_at__lte=moment)
    lying = Q(state__in=[CopyState.DONE, CopyState.ENDING]) | Q(state=CopyState.GONE, state_since__gt=moment)
    found: There = defaultdict(dict)
    sure = copies.filter(latest, lying)
    for grant, submission, done in sure.values_list("grant_id", "submission_id", "done_at"):
        if done is not None:
            found[grant][submission] = done
    # owed or handed on once more since then: the row has forgotten what was before, the trail has not
    earlier = copies.filter(submission__created_at__lte=moment).exclude(latest)
    for grant, submission, at in _by_trail(actor, earlier.values_list("grant_id", "submission_id"), moment):
        found[grant][submission] = at
    return found


def _by_trail(
    actor: Actor, pairs: Iterable[tuple[UUID, UUID]], moment: datetime
) -> Iterator[tuple[UUID, UUID, datetime]]:
    """Those of these copies that had been delivered and not been deleted, as the trail says."""
    wanted = {(str(grant), str(submission)): (grant, submission) for grant, submission in pairs}
    grants = sorted({grant for grant, _ in wanted})
    trail = records_of_institution(actor.require(Role.VIEWER).pk).filter(
        tag__in=[AuditTag.COPY_DELIVERED, AuditTag.COPY_DELETED], at__lte=moment
    )
    lying: dict[tuple[str, str], datetime] = {}
    for start in range(0, len(grants), AT_ONCE):
        some = trail.filter(subject_id__in=grants[start : start + AT_ONCE]).order_by("number")
        for subject, tag, at, detail in some.values_list("subject_id", "tag", "at", "detail"):
            key = (subject, str(detail.get("submission")))
            if tag == AuditTag.COPY_DELETED:
                lying.pop(key, None)
            else:
                lying[key] = at
    return ((*wanted[key], at) for key, at in lying.items() if key in wanted)


def _cards(actor: Actor, grants: QuerySet[Grant], given: bool) -> Cards:
    """Identifier and name of each fund of the deliveries that this person sees; not of rows that name none.

    To its recipient a delivery that is no longer shared is a number: which funds were in it is not told.
    """
    copies = Copy.objects.filter(grant__in=grants.order_by().values("pk"))
    if given:
        mine: QuerySet[Submission] = submissions_for(actor).filter(pk__in=copies.values("submission"))
        cards: Iterable[tuple[UUID, Any]] = mine.order_by().values_list("pk", "index_card")
    else:
        theirs = received_for(actor).filter(pk__in=copies.values("pk")).order_by()
        cards = theirs.values_list("submission_id", "submission__index_card")
    funds, deliveries, names = (
        dict[UUID, frozenset[str]](),
        defaultdict[str, set[UUID]](set),
        dict[str, str](),
    )
    for submission, card in cards:
        named = {
            fund: str(each.get("name") or "")
            for each in (card or {}).get("portfolios") or []
            if (fund := fund_of(str(each["id"])))
        }
        funds[submission] = frozenset(named)
        for fund, name in named.items():
            deliveries[fund].add(submission)
            names[fund] = name or names.get(fund, "")
    return Cards(funds, {fund: frozenset(each) for fund, each in deliveries.items()}, names)


def _lines(grant: Grant, there: dict[UUID, datetime], cards: Cards) -> Iterator[Access]:
    if not grant.funds:
        yield Access(grant, "", "", False, there, None)
    told = there if there.keys() <= cards.funds.keys() else None
    found = () if grant.funds else sorted(frozenset().union(*(cards.funds.get(each, ()) for each in there)))
    for fund in grant.funds or found:
        of_fund = cards.deliveries.get(fund, frozenset())
        yield Access(grant, fund, cards.names.get(fund, ""), not grant.funds, told, of_fund)


def _fits(line: Access, text: str) -> bool:
    return text in line.fund.casefold() or text in line.name.casefold()
