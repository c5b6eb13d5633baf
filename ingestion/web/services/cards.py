"""The index card of a run whose event never came."""

import logging
from typing import Any

from ingestion.aws.event_schema import EventInvalid, parse
from ingestion.aws.events import Event, Kind, event_id, score_of
from ingestion.pipeline.tally import tally_of
from ingestion.web.models import Submission
from ingestion.web.services.events import apply_event

log = logging.getLogger(__name__)


def adopt_card(submission: Submission, document: dict[str, Any]) -> None:
    """Takes the card Publish wrote into verdict.json as the event it would have sent: same id and schema."""
    card = document.get("index_card")
    if not card or submission.index_card is not None or submission.finished_at is None:
        return
    identity, attempt = str(submission.id), submission.attempt
    event = Event(
        id=event_id(identity, attempt, "publish", Kind.EXTRACT),
        submission=identity,
        attempt=attempt,
        sequence=0,
        kind=Kind.EXTRACT,
        stage="publish",
        at=submission.finished_at.isoformat(),
        index_card=card,
        score=score_of(document),
        tally=tally_of(document),
    )
    try:
        apply_event(parse(event.body()))
    except EventInvalid as error:
        log.warning("the stored index card of %s is not one: %s", submission.id, error)
        return
    submission.refresh_from_db()
