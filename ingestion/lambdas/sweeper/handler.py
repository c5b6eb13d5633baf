"""Every minute: deletes parked tokens that no run will use; a stopped or killed run never reaches CleanUp."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import tokens
from ingestion.aws.clients import client
from ingestion.aws.config import required
from ingestion.aws.errors import AwsError, NotFound, translate
from ingestion.aws.events import execution_name
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function

NEVER_STARTED_AFTER = timedelta(minutes=15)
_ALIVE = {"RUNNING", "PENDING_REDRIVE"}


def sweep(event: Payload) -> Payload:
    """Looks at every parameter under the prefix; one that cannot be judged does not keep the others alive."""
    region = required("FUNDGATE_REGION")
    ssm, states = client("ssm", region=region), client("stepfunctions", region=region)
    seen = deleted = 0
    failed: AwsError | None = None
    for name, created in list(_parked(ssm)):  # all pages first: deleting under way would shift them
        seen += 1
        try:
            if _is_over(states, name, datetime.now(UTC) - created) and tokens.delete(ssm, name):
                deleted += 1
        except AwsError as error:
            logs.failure(error, code="", function="sweeper")
            failed = error
    if failed:
        raise failed
    return {"seen": seen, "deleted": deleted}


def _parked(ssm: Any) -> Iterator[tuple[str, datetime]]:
    """Name and creation (UTC) of every parked token; never overwritten, its last change is its first."""
    pages = ssm.get_paginator("describe_parameters").paginate(
        ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [tokens.PREFIX]}]
    )
    try:
        for page in pages:
            for found in page["Parameters"]:
                yield found["Name"], found["LastModifiedDate"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None


def _is_over(states: Any, name: str, age: timedelta) -> bool:
    """Whether the run this token was parked for has ended, or never began in time."""
    try:
        execution = execution_name(*tokens.submission_of(name))
    except ValueError:
        return age > NEVER_STARTED_AFTER  # nobody's name: no run will ever ask for it
    machine = required("FUNDGATE_STATE_MACHINE_ARN")
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{execution}"
    try:
        status = states.describe_execution(executionArn=arn)["status"]
    except (ClientError, BotoCoreError) as error:
        known = translate(error)
        if isinstance(known, NotFound):
            return age > NEVER_STARTED_AFTER
        raise known from None
    return status not in _ALIVE


def warm_up() -> None:
    region = required("FUNDGATE_REGION")
    client("ssm", region=region)
    client("stepfunctions", region=region)


handler = function("sweeper", sweep, warm_up)
