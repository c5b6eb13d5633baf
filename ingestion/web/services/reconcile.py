"""Converging without callbacks.

What is late is looked up in Step Functions and applied as the event it amounts to.
"""

import json
import logging
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ingestion.aws import errors as aws
from ingestion.aws.clients import client
from ingestion.aws.events import Event, Kind, event_id, execution_name
from ingestion.pipeline.codes import CODES
from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.services.events import apply_event
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.states import IN_FLIGHT, State
from portal.audit.services import record
from portal.audit.tags import AuditTag

log = logging.getLogger(__name__)
LATE = timedelta(seconds=45)  # a run usually takes seconds; its callbacks come while it runs
HALF_RECEIVED = timedelta(hours=1)
BATCH = 200
_LOST = {"States.ServiceRestart"}  # the service lost the run: its token is of no more use, its work is


def reconcile() -> int:
    """Asks about every late run; number of submissions that moved."""
    late = Submission.objects.filter(state__in=IN_FLIGHT, state_since__lt=timezone.now() - LATE)
    started = OutboxEntry.objects.filter(dispatched_at__isnull=False).values_list("submission_id", "attempt")
    pairs = set(started.filter(submission__in=late))
    moved = 0
    for submission in late.order_by("state_since")[:BATCH]:
        if (submission.id, submission.attempt) not in pairs:
            continue  # still owed: the outbox starts it
        try:
            moved += _converge(submission)
        except aws.AwsUnavailable:
            log.warning("Step Functions does not answer; late runs are asked about again")
            break
    return moved


def abandon_half_received() -> int:
    """Refuses what never arrived completely.

    Its parts are ended by the upload itself or the bucket's lifecycle.
    """
    old = Submission.objects.filter(state=State.RECEIVING, created_at__lt=timezone.now() - HALF_RECEIVED)
    done = 0
    for submission_id in list(old.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            submission = locked(submission_id)
            code = "UPLOAD_INCOMPLETE"
            if change(
                submission, State.REFUSED, reason=code, code=code, sha256="", finished_at=timezone.now()
            ):
                done += 1
                record(
                    tag=AuditTag.SUBMISSION_REFUSED,
                    institution_id=submission.institution_id,
                    actor_id=None,
                    subject_id=submission.id,
                    detail={"code": code},
                )
    return done


def _converge(submission: Submission) -> bool:
    stepfunctions = client("stepfunctions", region=settings.FUNDGATE_REGION)
    name = execution_name(str(submission.id), submission.attempt)
    arn = f"{settings.FUNDGATE_STATE_MACHINE_ARN.replace(':stateMachine:', ':execution:')}:{name}"
    try:
        execution = stepfunctions.describe_execution(executionArn=arn)
    except (ClientError, BotoCoreError) as error:
        known = aws.translate(error)
        if not isinstance(known, aws.NotFound):
            raise known from None
        execution = {
            "status": "FAILED",
            "error": "TOKEN_MISSING",
        }  # never started, and no token is at hand here
    event = conclude(submission, execution)
    return event is not None and apply_event(event) == "applied"


def conclude(submission: Submission, execution: dict[str, Any]) -> Event | None:
    """The event an execution's end amounts to; None while it runs."""
    status = execution["status"]
    if status in ("RUNNING", "PENDING_REDRIVE"):
        return None
    ended = execution.get("stopDate") or timezone.now()
    if status == "SUCCEEDED":
        output = json.loads(execution["output"])
        kind, code, counts, written = (
            Kind.COMPLETED,
            output.get("code"),
            output.get("counts"),
            output.get("objects"),
        )
    else:
        kind, code, counts, written = Kind.ERROR, _code(status, str(execution.get("error") or "")), None, None
    identity, attempt = str(submission.id), submission.attempt
    return Event(
        id=event_id(identity, attempt, "sweep", kind),
        submission=identity,
        attempt=attempt,
        sequence=999,
        kind=kind,
        stage="sweep",
        at=ended.isoformat(),
        code=code or None,
        counts=counts,
        objects=written,
    )


def _code(status: str, error: str) -> str:
    """The stable code of an execution's end; whatever else Step Functions says is INTERNAL."""
    if status == "TIMED_OUT" or error == "States.Timeout":
        return "TIMED_OUT"
    if error in _LOST:
        return "TOKEN_MISSING"
    return error if error in CODES else "INTERNAL"
