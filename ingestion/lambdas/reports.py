"""The events a stage's result or a failure becomes. The order of `sequence` is the order of the pipeline."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ingestion.aws.events import MAX_BODY_BYTES, Event, Kind, event_id, score_of
from ingestion.aws.layout import LATER, STAGES
from ingestion.pipeline.tally import tally_of

_NAMELESS = {"id": "", "id_type": "", "name": "", "currency": "", "entities": []}
_WITHIN_STAGE = {Kind.EXTRACT: 0, Kind.STATUS: 1, Kind.AUDIT: 2, Kind.ERROR: 3, Kind.COMPLETED: 4}


def of_stage(submission: str, attempt: int, result: dict[str, Any]) -> list[Event]:
    """A finished stage: its status and its audit record, and after Publish the end of the run."""
    status = _event(
        submission, attempt, result["stage"], Kind.STATUS, code=result["code"], counts=result["counts"]
    )
    names = ("role", "code_version", "ruleset_version", "started", "finished", "resumed")
    read = result["inputs"] + [found for found in result["control"].values() if found]
    audit = _event(
        submission,
        attempt,
        result["stage"],
        Kind.AUDIT,
        objects=result["outputs"],
        audit={name: result[name] for name in names} | {"inputs": read},
    )
    if result["stage"] != "publish":
        return [status, audit]
    end = _event(
        submission, attempt, "publish", Kind.COMPLETED, code=result["code"], counts=result["counts"],
        objects=result["outputs"],
    )  # fmt: skip
    return [status, audit, end]


def of_failure(submission: str, attempt: int, failure: dict[str, Any]) -> list[Event]:
    """A run that ended in a stable code."""
    return [_event(submission, attempt, failure["stage"], Kind.ERROR, code=failure["code"])]


def extract(submission: str, attempt: int, result: dict[str, Any], document: dict[str, Any]) -> Event:
    """Counts, pointers, index card and score: the one event that says anything about the content.

    `document` is verdict.json.
    """
    event = _event(
        submission, attempt, "publish", Kind.EXTRACT, code=result["code"], counts=result["counts"],
        objects=result["outputs"], index_card=document["index_card"], score=score_of(document),
        tally=tally_of(document),
    )  # fmt: skip
    return _short_enough(event)


def _short_enough(event: Event) -> Event:
    """Without counts by fund, then by rule, then without the last portfolios, where it would be too long.

    One without a name stands in their place: nobody takes a card for complete that is not.
    """
    if event.tally and len(event.body()) > MAX_BODY_BYTES:
        groups = [group | {"funds": None} for group in event.tally["groups"]]
        event = replace(event, tally=event.tally | {"groups": groups})
    if len(event.body()) > MAX_BODY_BYTES:
        event = replace(event, tally=None)
    while (card := event.index_card) and card["portfolios"][1:] and len(event.body()) > MAX_BODY_BYTES:
        event = replace(event, index_card=card | {"portfolios": [*card["portfolios"][:-2], _NAMELESS]})
    return event


def _event(submission: str, attempt: int, stage: str, kind: Kind, **content: Any) -> Event:
    return Event(
        id=event_id(submission, attempt, stage, kind),
        submission=submission,
        attempt=attempt,
        sequence=10 * ((*STAGES, *LATER).index(stage) + 1) + _WITHIN_STAGE[kind],
        kind=kind,
        stage=stage,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        **content,
    )
