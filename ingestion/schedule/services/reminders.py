"""Telling an institution's people what is late or missing, once for each."""

import logging
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
EVENTS = {Status.LATE: Event.DELIVERY_LATE, Status.MISSING: Event.DELIVERY_MISSING}


def remind(moment: datetime | None = None) -> int:
    """Announces what is overdue, each state of a delivery once however often this runs; how many are.

    What fails for one institution keeps nothing from the others.
    """
    moment = moment or now()
    overdue = 0
    for institution_id in list(
        Expectation.objects.order_by().values_list("institution", flat=True).distinct()
    ):
        try:
            overdue += _remind(institution_id, moment)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are reminded
            log.error("reminders of institution %s broke off (%s)", institution_id, type(error).__name__)
    return overdue


def _remind(institution_id: UUID, moment: datetime) -> int:
    since, until = (moment - LOOK_BACK).date(), (moment + timedelta(days=1)).date()
    overdue = 0
    expected = Expectation.objects.filter(institution=institution_id)
    for entry in entries(institution_id, expected, since, until, moment):
        # what was overdue when it was set, its author saw
        if entry.status in OVERDUE and entry.occurrence.due > entry.expectation.set_at:
            overdue += 1
            _announce(entry)
    return overdue


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
