"""Owing a start: token parked first, then state, outbox row and audit record in one transaction."""

import logging

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from ingestion.aws import tokens
from ingestion.aws.clients import client
from ingestion.aws.errors import AwsError
from ingestion.web.models import OutboxEntry, Submission
from portal.accounts.actor import Actor

log = logging.getLogger(__name__)
TOKEN_MINUTES = 15  # a run that starts with less left would likely end in NEEDS_SIGN_IN


def park_token(actor: Actor, submission: Submission, attempt: int) -> str:
    """Parks the actor's ID token for one attempt and returns the parameter's name.

    SignInNeeded, AwsUnavailable.
    """
    name = tokens.parameter_name(submission.id, attempt)
    ssm = client("ssm", region=settings.FUNDGATE_REGION)
    tokens.park(ssm, name, actor.id_token(min_minutes=TOKEN_MINUTES), settings.FUNDGATE_STATE_KEY_ARN)
    return name


def owe_start(actor: Actor, submission: Submission, token_parameter: str) -> OutboxEntry:
    """Writes the outbox row of the submission's attempt.

    A message follows once the transaction is committed.
    """
    entry = OutboxEntry.objects.create(
        submission=submission,
        attempt=submission.attempt,
        actor_id=actor.user.id,
        token_parameter=token_parameter,
        created_at=timezone.now(),
    )
    transaction.on_commit(lambda: _send(entry.pk))
    return entry


def _send(entry_id: int) -> None:
    """Tells the worker at once; without this message the sweep finds the row within a minute."""
    from ingestion.web.tasks import start_execution

    try:
        start_execution.apply_async(args=[entry_id], retry=False)
    except (KombuError, AwsError, ClientError, BotoCoreError, OSError) as error:
        log.warning(
            "start of outbox entry %s not announced (%s); the sweep starts it", entry_id, type(error).__name__
        )
