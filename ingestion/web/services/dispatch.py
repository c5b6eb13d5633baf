"""The worker's part: starting the executions that are owed, as often as it takes and never twice."""

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
from ingestion.aws.events import execution_name
from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.states import State
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag

log = logging.getLogger(__name__)
GRACE = timedelta(seconds=20)  # the message usually does it in far less
BATCH = 200  # starts per sweep: about 20 ms each


def dispatch_outbox() -> int:
    """Starts what no message started; number of executions started.

    One that fails waits for the next sweep.
    """
    owed = OutboxEntry.objects.filter(dispatched_at__isnull=True, created_at__lt=timezone.now() - GRACE)
    started = 0
    for entry_id in list(owed.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
        try:
            started += start(entry_id)
        except aws.AwsUnavailable:
            log.warning("Step Functions does not answer; the outbox waits")
            break
        except aws.AwsError as error:
            log.error("outbox entry %s cannot be started: %s", entry_id, error.code)
    return started


def start(entry_id: int) -> bool:
    """Starts the execution of one outbox row, authorised anew from the database.

    False when nothing was owed.
    """
    entry = (
        OutboxEntry.objects.select_related("submission__institution")
        .filter(pk=entry_id, dispatched_at__isnull=True)
        .first()
    )
    if entry is None:
        return False
    submission = entry.submission
    if submission.state != State.QUEUED or submission.attempt != entry.attempt:
        _settle(entry, outcome="OBSOLETE")
        return False
    if not _may_start(entry):
        _settle(entry, outcome="ACCESS_DENIED", to=State.FAILED)
        return False
    _start_execution(entry)
    _settle(entry, outcome="STARTED", to=State.RUNNING)
    return True


def execution_input(entry: OutboxEntry) -> dict[str, Any]:
    """What Step Functions is told: ids, a hash, a length, the template expected, what for."""
    submission = entry.submission
    return {
        "submission": str(submission.id),
        "attempt": entry.attempt,
        "institution": submission.institution.code,
        "token_parameter": entry.token_parameter,
        "resume_from": submission.resume_from,
        "expected_template": submission.expected_template,
        "check_only": submission.check_only,
        "object": submission.original.to_json(),
    }


def _may_start(entry: OutboxEntry) -> bool:
    membership = Membership.objects.filter(
        user_id=entry.actor_id, user__is_active=True, institution_id=entry.submission.institution_id
    ).first()
    return membership is not None and Role(membership.role).includes(Role.UPLOADER)


def _start_execution(entry: OutboxEntry) -> None:
    stepfunctions = client("stepfunctions", region=settings.FUNDGATE_REGION)
    try:
        stepfunctions.start_execution(
            stateMachineArn=settings.FUNDGATE_STATE_MACHINE_ARN,
            name=execution_name(str(entry.submission_id), entry.attempt),
            input=json.dumps(execution_input(entry), sort_keys=True),
        )
    except (ClientError, BotoCoreError) as error:
        known = aws.translate(error)
        if not isinstance(known, aws.AlreadyExists):  # the name makes a second start the first one
            raise known from None


@transaction.atomic
def _settle(entry: OutboxEntry, *, outcome: str, to: State | None = None) -> None:
    submission: Submission = locked(entry.submission_id)
    done = OutboxEntry.objects.filter(pk=entry.pk, dispatched_at__isnull=True).update(
        dispatched_at=timezone.now(), outcome=outcome
    )
    if not done or to is None or submission.attempt != entry.attempt or submission.state != State.QUEUED:
        return
    code = outcome if to == State.FAILED else ""
    change(submission, to, reason=code, code=code)
    record(
        tag=AuditTag.SUBMISSION_STARTED if to == State.RUNNING else AuditTag.SUBMISSION_FAILED,
        institution_id=submission.institution_id,
        actor_id=entry.actor_id,
        subject_id=submission.id,
        detail={"attempt": entry.attempt, "outcome": outcome},
    )
