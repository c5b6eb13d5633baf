"""Telling an institution's people what falls due, is late or missing, once for each."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from ingestion.schedule.models import Expectation
from ingestion.schedule.outlook import OVERDUE, Entry, Status, entries
from portal.common.time import now
from portal.notices.events import Event
from portal.notices.services import announce

log = logging.getLogger(__name__)

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
                _announce(entry)
                told += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are reminded
            log.error("reminders of institution %s broke off (%s)", institution_id, type(error).__name__)
    return told


def _to_tell(institution_id: UUID, moment: datetime) -> Iterator[Entry]:
    """What is overdue, and what people wished to be reminded of; not what was so already when it was set."""
    today, tomorrow = moment.date(), (moment + timedelta(days=1)).date()
    expected = Expectation.objects.filter(institution=institution_id)
    for entry in entries(institution_id, expected, (moment - LOOK_BACK).date(), tomorrow, moment):
        if entry.status in OVERDUE and entry.occurrence.due > entry.expectation.set_at:
            yield entry
    wished = expected.filter(remind_days__gt=0)
    for entry in entries(institution_id, wished, today - timedelta(days=1), today + LOOK_AHEAD, moment):
        since = entry.occurrence.remind_from
        if entry.status == Status.DUE and since and entry.expectation.set_at < since <= moment:
            yield entry


@transaction.atomic
def _announce(entry: Entry) -> None:
    expectation, occurrence = entry.expectation, entry.occurrence
    announce(
        EVENTS[entry.status],
        institution_id=expectation.institution_id,
        subject_id=expectation.id,
        about={"template": expectation.template, "due": occurrence.due_on.isoformat()},
        key=f"{expectation.id}:{occurrence.valuation.isoformat()}",
    )
