"""What came of each expected delivery, as the database knows it now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ingestion.schedule.models import DEFAULT_ZONE, DeadlineZone, Expectation, Expected, FundDelivery
from ingestion.schedule.terms import Occurrence, due_between
from ingestion.web.states import State, Verdict


class Status(models.TextChoices):
    """Where one expected delivery stands."""

    MISSING = "missing", _("Missing")
    LATE = "late", _("Late")
    DUE = "due", _("Due")
    RECEIVED = "received", _("Received")
    RECEIVED_LATE = "received_late", _("Received late")


OVERDUE = (Status.MISSING, Status.LATE)


@dataclass(frozen=True)
class Arrival:
    """A delivery that came: `submission` counts now, `at` is when the first one did.

    `copy`: under which key another institution has it, where it is about being handed on.
    """

    submission: UUID
    number: int
    verdict: str
    at: datetime
    copy: int | None = None


Delivered = Mapping[tuple[UUID, str, str, date | None], list[Arrival]]
"""What came of whose fund, template and valuation date; under "" of any fund."""


@dataclass(frozen=True)
class Entry:
    """One expected delivery and what came of it; no `arrival` also where the reader may not see which."""

    expectation: Expected
    occurrence: Occurrence
    status: Status
    arrival: Arrival | None = None

    @property
    def came(self) -> bool:
        """Whether it is here, in time or not."""
        return self.status in (Status.RECEIVED, Status.RECEIVED_LATE)


def zones_of(institution_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The time zones of several institutions' deadlines."""
    ids = set(institution_ids)
    set_ = dict(DeadlineZone.objects.filter(institution__in=ids).values_list("institution", "zone"))
    return {one: set_.get(one, DEFAULT_ZONE) for one in ids}


def zone_of(institution_id: UUID) -> str:
    """The time zone of an institution's deadlines."""
    return zones_of([institution_id])[institution_id]


def entries(
    institution_id: UUID, expectations: QuerySet[Expectation], first: date, last: date, now: datetime
) -> list[Entry]:
    """What is due from `first` to `last` (days in the institution's zone), by deadline."""
    zone = zone_of(institution_id)
    arrived = partial(_arrived, institution_id)
    return standing([(expectation, zone) for expectation in expectations], arrived, first, last, now)


def standing(
    expected: Iterable[tuple[Expected, str]],
    arrived: Callable[[date, date], Delivered],
    first: date,
    last: date,
    now: datetime,
) -> list[Entry]:
    """The same of whatever is expected, each with the zone of its deadlines; `arrived` looks what came."""
    awaited = [
        (expectation, occurrence)
        for expectation, zone in expected
        for occurrence in due_between(expectation.terms(zone), first, last)
        if expectation.starts <= occurrence.valuation <= (expectation.ends or date.max)
    ]
    days = [day for _expectation, occurrence in awaited for day in occurrence.accepted]
    came: Delivered = arrived(min(days), max(days)) if days else {}
    found = [_entry(expectation, occurrence, came, now) for expectation, occurrence in awaited]
    return sorted(found, key=lambda one: (one.occurrence.due, one.expectation.fund, one.expectation.template))


def counted(institution_id: UUID) -> QuerySet[FundDelivery]:
    """Fund deliveries that were received: not withdrawn, readable, meant to be delivered."""
    return (
        FundDelivery.objects.filter(institution_id=institution_id, submission__check_only=False)
        .exclude(submission__state=State.WITHDRAWN)
        .exclude(submission__verdict=Verdict.UNREADABLE)
    )


def _arrived(institution_id: UUID, first: date, last: date) -> Delivered:
    """What was handed in."""
    found: dict[tuple[UUID, str, str, date | None], list[Arrival]] = defaultdict(list)
    rows = counted(institution_id).filter(valuation_date__range=(first, last))
    for fund, template, day, submission, number, verdict, at in rows.values_list(
        "fund", "template", "valuation_date", "submission", "submission__number", "submission__verdict",
        "submission__created_at",
    ):  # fmt: skip
        for name in {fund, ""}:
            found[institution_id, name, template, day].append(Arrival(submission, number, verdict, at))
    return found


def _entry(expectation: Expected, occurrence: Occurrence, arrived: Delivered, now: datetime) -> Entry:
    of = (expectation.of, expectation.fund, expectation.template)
    came = [row for day in occurrence.accepted for row in arrived.get((*of, day), ())]
    if not came:
        waits = Status.LATE if now < occurrence.missing_from else Status.MISSING
        return Entry(expectation, occurrence, Status.DUE if now <= occurrence.due else waits)
    number = attrgetter("number")
    at = min(came, key=number).at
    arrival = replace(max(came, key=number), at=at)
    status = Status.RECEIVED if at <= occurrence.due else Status.RECEIVED_LATE
    return Entry(expectation, occurrence, status, arrival)
