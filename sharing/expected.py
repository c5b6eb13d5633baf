"""What recipients await under grants, and what came of it: the same for both sides."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.schedule.outlook import Arrival, Delivered, Entry, standing, zones_of
from ingestion.web.selectors import submissions_for
from portal.accounts.actor import Actor
from portal.accounts.limits import Limit
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.common.time import now
from sharing.models import Copy, Grant, GrantExpectation
from sharing.selectors import ids_within, meant_by, received_for
from sharing.states import READABLE, CopyState


def expected_now() -> QuerySet[GrantExpectation]:
    """What is awaited under grants that are open, whoever asks."""
    today = timezone.now().date()
    found = GrantExpectation.objects.filter(grant__state__in=READABLE)
    found = found.filter(Q(grant__ends_on=None) | Q(grant__ends_on__gte=today))
    return found.select_related("grant__owner", "grant__recipient", "set_by")


def expected_for(actor: Actor) -> QuerySet[GrantExpectation]:
    """What the actor's institution awaits of others, and others of it; of funds and grants in their limit."""
    mine = actor.require(Role.VIEWER)
    found = expected_now().filter(Q(grant__owner=mine) | Q(grant__recipient=mine))
    if actor.limit is None:
        return found
    return found.filter(pk__in=expected_within(actor.limit))


def expected_within(limit: Limit) -> QuerySet[GrantExpectation]:
    """What is awaited of the funds, and under the grants, that a person is limited to."""
    return GrantExpectation.objects.filter(fund__in=meant_by(limit), grant__in=ids_within(limit))


def get_expected(actor: Actor, expectation_id: UUID) -> GrantExpectation:
    """One that the actor's institution awaits; NotFound for everybody else's."""
    mine = actor.require(Role.VIEWER)
    found = expected_for(actor).filter(pk=expectation_id, grant__recipient=mine).first()
    if found is None:
        raise NotFound(_("This is not expected, or no longer."))
    return found


def calendar(actor: Actor, first: date, last: date, *, moment: datetime | None = None) -> list[Entry]:
    """What falls due from `first` to `last` in both directions, by deadline.

    That a delivery came is told also where the person does not see it; which one it is, is not.
    """
    found = came_of(expected_for(actor), first, last, moment or now())
    if actor.limit is None:
        return found
    came = [entry.arrival for entry in found if entry.arrival]
    given = submissions_for(actor).filter(pk__in={one.submission for one in came})
    received = received_for(actor).filter(pk__in={one.copy for one in came})
    seen = {*given.values_list("pk", flat=True), *received.values_list("submission", flat=True)}
    return [
        entry if entry.arrival is None or entry.arrival.submission in seen else replace(entry, arrival=None)
        for entry in found
    ]


def funds_of(grant: Grant, most: int) -> list[str]:
    """What can be awaited under a grant: the funds it names, or those that came under it."""
    if grant.funds:
        return list(grant.funds[:most])
    came = Copy.objects.filter(grant=grant, state=CopyState.DONE).exclude(
        submission__fund_deliveries__fund=""
    )
    funds = came.order_by("submission__fund_deliveries__fund").distinct()
    return list(funds.values_list("submission__fund_deliveries__fund", flat=True)[:most])


def came_of(expected: Iterable[GrantExpectation], first: date, last: date, moment: datetime) -> list[Entry]:
    """What came of these by now; a delivery came when it was handed on, and counts while it is readable."""
    expected = list(expected)
    zones = zones_of(one.grant.recipient_id for one in expected)
    return standing(
        [(one, zones[one.grant.recipient_id]) for one in expected],
        lambda since, until: _handed_on({one.grant_id for one in expected}, since, until),
        first,
        last,
        moment,
    )


def _handed_on(grants: set[UUID], first: date, last: date) -> Delivered:
    found: dict[tuple[UUID, str, str, date | None], list[Arrival]] = defaultdict(list)
    copies = Copy.objects.filter(
        grant__in=grants,
        state=CopyState.DONE,
        submission__fund_deliveries__valuation_date__range=(first, last),
    )
    for grant, fund, template, day, submission, number, verdict, at, copy in copies.values_list(
        "grant", "submission__fund_deliveries__fund", "submission__fund_deliveries__template",
        "submission__fund_deliveries__valuation_date", "submission", "submission__number",
        "submission__verdict", "arrived_at", "pk",
    ):  # fmt: skip
        assert at is not None  # it was delivered
        for name in {fund, ""}:
            found[grant, name, template, day].append(Arrival(submission, number, verdict, at, copy))
    return found
