"""What came of each expected delivery, as the database knows it now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ingestion.schedule.models import DEFAULT_ZONE, DeadlineZone, Expectation, FundDelivery
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
Row = tuple[UUID, int, str, datetime]
Delivered = Mapping[tuple[str, str, date | None], list[Row]]


@dataclass(frozen=True)
class Arrival:
    """A delivery that came: `submission` counts now, `at` is when the first one was handed in."""

    submission: UUID
    number: int
    verdict: str
    at: datetime


@dataclass(frozen=True)
class Entry:
    """One expected delivery and what came of it; no `arrival` also where the reader may not see which."""

    expectation: Expectation
    occurrence: Occurrence
    status: Status
    arrival: Arrival | None = None

    @property
    def came(self) -> bool:
        """Whether it is here, in time or not."""
        return self.status in (Status.RECEIVED, Status.RECEIVED_LATE)


def zone_of(institution_id: UUID) -> str:
    """The time zone of an institution's deadlines."""
    found = DeadlineZone.objects.filter(institution_id=institution_id).values_list("zone", flat=True).first()
    return found or DEFAULT_ZONE


def entries(
    institution_id: UUID, expectations: QuerySet[Expectation], first: date, last: date, now: datetime
) -> list[Entry]:
    """What is due from `first` to `last` (days in the institution's zone), by deadline."""
    zone = zone_of(institution_id)
    awaited = [
        (expectation, occurrence)
        for expectation in expectations
        for occurrence in due_between(expectation.terms(zone), first, last)
        if expectation.starts <= occurrence.valuation <= (expectation.ends or date.max)
    ]
    arrived = _arrived(institution_id, [occurrence for _expectation, occurrence in awaited])
    found = [_entry(expectation, occurrence, arrived, now) for expectation, occurrence in awaited]
    return sorted(found, key=lambda one: (one.occurrence.due, one.expectation.fund, one.expectation.template))


def counted(institution_id: UUID) -> QuerySet[FundDelivery]:
    """Fund deliveries that were received: not withdrawn, readable, meant to be delivered."""
    return (
        FundDelivery.objects.filter(institution_id=institution_id, submission__check_only=False)
        .exclude(submission__state=State.WITHDRAWN)
        .exclude(submission__verdict=Verdict.UNREADABLE)
    )


def _arrived(institution_id: UUID, occurrences: Iterable[Occurrence]) -> Delivered:
    """Deliveries by fund, template and valuation date, and by "" for any fund."""
    days = [day for one in occurrences for day in one.accepted]
    found: dict[tuple[str, str, date | None], list[Row]] = defaultdict(list)
    if not days:
        return found
    rows = counted(institution_id).filter(valuation_date__range=(min(days), max(days)))
    for fund, template, day, identity, number, verdict, at in rows.values_list(
        "fund", "template", "valuation_date", "submission", "submission__number", "submission__verdict",
        "submission__created_at",
    ):  # fmt: skip
        for name in {fund, ""}:
            found[name, template, day].append((identity, number, verdict, at))
    return found


def _entry(expectation: Expectation, occurrence: Occurrence, arrived: Delivered, now: datetime) -> Entry:
    of = (expectation.fund, expectation.template)
    came = [row for day in occurrence.accepted for row in arrived.get((*of, day), ())]
    if not came:
        waits = Status.LATE if now < occurrence.missing_from else Status.MISSING
        return Entry(expectation, occurrence, Status.DUE if now <= occurrence.due else waits)
    number: Callable[[Row], int] = itemgetter(1)
    at = min(came, key=number)[3]
    arrival = Arrival(*max(came, key=number)[:3], at)
    status = Status.RECEIVED if at <= occurrence.due else Status.RECEIVED_LATE
    return Entry(expectation, occurrence, status, arrival)
