"""What a callback changes: event row and effect in one transaction, in whatever order events arrive."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from ingestion.aws import layout
from ingestion.aws.events import Event, Kind
from ingestion.pipeline.card import delivery_key
from ingestion.web.acts import Act, record_all
from ingestion.web.models import PipelineEvent, StageRun, Submission
from ingestion.web.pointers import FILES, result_key, results_bucket
from ingestion.web.services.lifecycle import change
from ingestion.web.services.named_funds import keep_named_funds
from ingestion.web.services.superseding import locked_with_kin, supersede
from ingestion.web.signals import concluded, counted_again, described
from ingestion.web.states import RunState, State, state_of_code, verdict_of
from portal.audit.services import record
from portal.audit.tags import AuditTag


class Applied(StrEnum):
    """What became of an event: it counted, it was known already, or its submission is not."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"


@transaction.atomic
def apply_event(event: Event) -> Applied:
    """Records the event and its effect. Events of an earlier attempt are kept and change nothing else."""
    try:
        submission = locked_with_kin(event.submission)
    except Submission.DoesNotExist:
        return Applied.UNKNOWN
    if PipelineEvent.objects.filter(pk=event.id).exists():
        return Applied.DUPLICATE
    if not 1 <= event.attempt <= submission.attempt:
        return Applied.UNKNOWN
    _keep(event, submission)
    acts = _stage(event, submission)
    if event.attempt == submission.attempt and submission.state != State.WITHDRAWN:
        acts += _effect(event, submission)
    record_all(acts)
    return Applied.APPLIED


def record_refused_event(*, reason: str, submission: str = "", address: str | None = None) -> None:
    """Records an event that our key signed and that is still none of ours; `reason` quotes nothing of it."""
    record(
        tag=AuditTag.EVENT_REFUSED,
        institution_id=None,
        actor_id=None,
        subject_id=submission,
        address=address,
        detail={"reason": reason},
    )


def _keep(event: Event, submission: Submission) -> None:
    PipelineEvent.objects.create(
        id=event.id,
        submission=submission,
        attempt=event.attempt,
        sequence=event.sequence,
        kind=event.kind,
        stage=event.stage,
        code=event.code or "",
        counts=event.counts,
        objects_written=event.objects,
        audit=event.audit,
        at=_time(event.at),
        received_at=timezone.now(),
    )


def _stage(event: Event, submission: Submission) -> list[Act]:
    """Brings the step's row forward; each kind sets fields of its own, so the order does not matter."""
    acts: list[Act] = []
    if event.stage not in (*layout.STAGES, *layout.LATER) or event.kind in (Kind.EXTRACT, Kind.COMPLETED):
        return acts
    run, _ = StageRun.objects.get_or_create(submission=submission, attempt=event.attempt, stage=event.stage)
    if event.kind is Kind.ERROR:
        run.state, run.code = RunState.FAILED, event.code or ""
    elif run.state != RunState.FAILED:
        run.state = RunState.DONE
    if event.kind is Kind.AUDIT and event.audit:
        run.started_at, run.finished_at = _time(event.audit["started"]), _time(event.audit["finished"])
        run.resumed, run.code_version = event.audit["resumed"], event.audit["code_version"]
        detail = {"attempt": event.attempt, "stage": event.stage, **event.audit}
        acts.append(Act(AuditTag.STAGE_FINISHED, submission, detail))
    elif run.finished_at is None:
        run.finished_at = _time(event.at)
    run.save()
    return acts


def _effect(event: Event, submission: Submission) -> list[Act]:
    acts: list[Act] = []
    was = submission.delivery_key
    if submission.state == State.QUEUED:
        change(submission, State.RUNNING)
    if event.objects:
        _point_to_results(event.objects, submission)
    if event.kind is Kind.EXTRACT:
        submission.score = event.score
        if event.index_card:
            _take_card(event.index_card, submission)
    if event.kind is Kind.COMPLETED:
        acts += _complete(event, submission)
    elif event.kind is Kind.ERROR:
        acts += _stop(event, submission)
    submission.save()
    changed = supersede(submission, was=was)
    for one in changed.again:  # locks rows: the others may end with a record, and so come last
        counted_again.send(Submission, submission=one)
    if event.kind is Kind.EXTRACT:
        described.send(Submission, submission=submission, tally=event.tally)
    if event.kind is Kind.COMPLETED:
        concluded.send(Submission, submission=submission)
    return acts + changed.acts


def _complete(event: Event, submission: Submission) -> list[Act]:
    code, counts = event.code or "", event.counts or {}
    done = change(
        submission,
        State.COMPLETED,
        reason=code,
        code=code,
        verdict=verdict_of(code, counts),
        error_count=counts.get("error", 0),
        warning_count=counts.get("warning", 0),
        info_count=counts.get("info", 0),
        finished_at=_time(event.at),
    )
    detail = {"attempt": event.attempt, "verdict": submission.verdict, "code": code, "counts": counts}
    return [Act(AuditTag.SUBMISSION_COMPLETED, submission, detail)] if done else []


def _stop(event: Event, submission: Submission) -> list[Act]:
    code = event.code or "INTERNAL"
    to = state_of_code(code)
    if not change(submission, to, reason=code, code=code, finished_at=_time(event.at)):
        return []
    waits = to == State.NEEDS_SIGN_IN
    tag = AuditTag.SUBMISSION_NEEDS_SIGN_IN if waits else AuditTag.SUBMISSION_FAILED
    return [Act(tag, submission, {"attempt": event.attempt, "code": code, "stage": event.stage})]


def _point_to_results(written: list[dict[str, Any]], submission: Submission) -> None:
    """Keeps the pointers to this attempt's results, and only where the layout says they lie."""
    for name in FILES:
        place = (results_bucket(submission), result_key(submission, name))
        for found in written:
            if (found["bucket"], found["key"]) == place:
                submission.results = {**submission.results, name: found}


def _take_card(card: dict[str, Any], submission: Submission) -> None:
    submission.index_card = card
    submission.template, submission.template_version = card["template"], card["version"]
    submission.delivery_key = "" if submission.check_only else delivery_key(card)
    keep_named_funds(submission)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
