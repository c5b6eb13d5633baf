"""Files with the counts that their runs reported, and what is asked of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ingestion.review.services import Asked
from ingestion.review.states import Reach
from ingestion.web.models import Submission
from ingestion.web.services import apply_event
from ingestion.web.states import State
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD, Run

FUND, OTHER = "LU0000000001", "LU0000000002"


def tally(*groups: tuple[str, str, int], complete: bool = True) -> dict[str, Any]:
    """Counts as (severity, rule, count), all of the one fund of the card."""
    return {
        "complete": complete,
        "groups": [
            {"severity": severity, "rule": rule, "count": count, "funds": [count]}
            for severity, rule, count in groups
            if severity != "info"
        ],
    }


def checked(
    owner: Actor,
    *groups: tuple[str, str, int],
    day: str = "2026-02-27",
    complete: bool = True,
    card: dict[str, Any] | None = None,
    counted: dict[str, Any] | None = None,
    **fields: Any,
) -> Submission:
    """A file whose run reported these findings, in the order the events are sent."""
    made = submission(owner, State.QUEUED, **fields)
    run_of(made, *groups, day=day, complete=complete, card=card, counted=counted)
    return made


def run_of(
    made: Submission,
    *groups: tuple[str, str, int],
    day: str = "2026-02-27",
    complete: bool = True,
    card: dict[str, Any] | None = None,
    counted: dict[str, Any] | None = None,
    backwards: bool = False,
) -> None:
    """The events of a run with these findings."""
    counts = {"error": 0, "warning": 0, "info": 0}
    for severity, _, count in groups:
        counts[severity] += count
    told = counted if counted is not None else tally(*groups, complete=complete)
    events = Run(counts=counts, tally=told).events(made)
    for event in reversed(events) if backwards else events:
        shown = (card or CARD | {"valuation_date": day}) if event.index_card else None
        apply_event(replace(event, index_card=shown))
    made.refresh_from_db()


def asked(rule: str, seen: int, **more: Any) -> Asked:
    """What is asked unless a test says otherwise: the whole rule, this delivery, for a month."""
    given: dict[str, Any] = {"reach": Reach.DELIVERY, "until": in_days(30), "reason": "Agreed with the desk."}
    return Asked(rule, seen, **(given | more))


def in_days(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)
