"""Telling an institution's people what falls due, is late or missing, once for each."""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ingestion.schedule.models import Expectation, Expected
from ingestion.schedule.outlook import OVERDUE, Entry, Status, entries
from portal.common.time import now
from portal.notices.events import Event
from portal.notices.services import announce

log = logging.getLogger(__name__)
Some = TypeVar("Some", bound=Expected)

LOOK_BACK = timedelta(days=40)
"""Longer than a delivery stays late before it is missing, and than a worker should be away."""
LOOK_AHEAD = timedelta(days=30)
"""More than `MAX_REMIND_DAYS` business days ever take."""
EVENTS = {
    Status.DUE: Event.DELIVERY_DUE,
    Status.LATE: Event.DELIVERY_LATE,
    Status.MISSING: Event.DELIVERY_MISSING,
}


def remind(moment: datetime | None = None) -> int:
    """Announces what is overdue or soon due, each state of a delivery once however often this runs; how many.

    What fails for one institution keeps nothing from the others.
    """
    moment = moment or now()
    told = 0
    for institution_id in list(
        Expectation.objects.order_by().values_list("institution", flat=True).distinct()
    ):
        try:
            for entry in _to_tell(institution_id, moment):
                tell(entry, institution_id)
                told += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are reminded
            log.error("reminders of institution %s broke off (%s)", institution_id, type(error).__name__)
    return told


def to_tell(
    expected: QuerySet[Some], look: Callable[[QuerySet[Some], date, date], list[Entry]], moment: datetime
) -> Iterator[Entry]:
    """What is overdue, and what people wished to be reminded of; not what was so already when it was set.

    `look` says what came of these between two days.
    """
    today, tomorrow = moment.date(), (moment + timedelta(days=1)).date()
    for entry in look(expected, (moment - LOOK_BACK).date(), tomorrow):
        if entry.status in OVERDUE and entry.occurrence.due > entry.expectation.set_at:
            yield entry
    wished = expected.filter(remind_days__gt=0)
    for entry in look(wished, today - timedelta(days=1), today + LOOK_AHEAD):
        since = entry.occurrence.remind_from
        if entry.status == Status.DUE and since and entry.expectation.set_at < since <= moment:
            yield entry


def _to_tell(institution_id: UUID, moment: datetime) -> Iterator[Entry]:
    def look(expected: QuerySet[Expectation], first: date, last: date) -> list[Entry]:
        return entries(institution_id, expected, first, last, moment)

    return to_tell(Expectation.objects.filter(institution=institution_id), look, moment)


@transaction.atomic
def tell(entry: Entry, institution_id: UUID, **about: str) -> None:
    """Announces it to the people of an institution, once."""
    expectation, occurrence = entry.expectation, entry.occurrence
    announce(
        EVENTS[entry.status],
        institution_id=institution_id,
        subject_id=expectation.id,
        about={"template": expectation.template, "due": occurrence.due_on.isoformat(), **about},
        key=f"{expectation.id}:{occurrence.valuation.isoformat()}",
    )
