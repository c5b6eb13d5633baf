"""What Step Functions remembers of a run: the states it went through, without what they passed on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import errors as aws
from ingestion.aws.clients import client
from ingestion.aws.events import execution_name
from ingestion.lambdas.record_failure.handler import code_of
from ingestion.web.models import Submission

PAGE, PAGES = 1000, 5
"""A run has about 130 events; one in which every try fails some hundreds more."""
_OVER = frozenset({"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted", "ExecutionSucceeded"})
_TRIED = frozenset({"LambdaFunctionScheduled", "TaskScheduled"})
_WENT_WRONG = (
    "LambdaFunctionFailed", "LambdaFunctionTimedOut", "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed", "TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed",
)  # fmt: skip
_WENT_WELL = frozenset({"LambdaFunctionSucceeded", "TaskSucceeded"})


@dataclass(frozen=True)
class Visit:
    """One stay in a state. `left_at` is None while the run is in it; `tries` is 0 where nothing is called.

    `code` is the stable code of the last try that went wrong, `failed` says that no later one went well.
    """

    state: str
    entered_at: datetime
    left_at: datetime | None = None
    tries: int = 0
    code: str = ""
    failed: bool = False


def visits(submission: Submission, attempt: int) -> list[Visit]:
    """The states of one attempt in the order they were entered.

    NotFound when Step Functions does not know the run (it forgets after 90 days), AwsUnavailable when it does
    not answer. Inputs and outputs are not asked for.
    """
    try:
        return list(read(_events(submission, attempt)))
    except (ClientError, BotoCoreError) as error:
        raise aws.translate(error) from None


def read(events: Iterable[dict[str, Any]]) -> Iterator[Visit]:
    """The stays that a history tells of."""
    here: Visit | None = None
    for event in events:
        kind, at = event["type"], event["timestamp"]
        if kind.endswith("StateEntered"):
            here = Visit(event["stateEnteredEventDetails"]["name"], at)
        elif here is None:
            continue
        elif kind.endswith("StateExited") or kind in _OVER:
            yield replace(here, left_at=at)
            here = None
        elif kind in _TRIED:
            here = replace(here, tries=here.tries + 1)
        elif kind in _WENT_WRONG:
            here = replace(here, code=_code(event), failed=True)
        elif kind in _WENT_WELL:
            here = replace(here, failed=False)
    if here:
        yield here


def _events(submission: Submission, attempt: int) -> Iterator[dict[str, Any]]:
    machine = settings.FUNDGATE_STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:")
    asked: dict[str, Any] = {
        "executionArn": f"{machine}:{execution_name(str(submission.id), attempt)}",
        "maxResults": PAGE,
        "includeExecutionData": False,
    }
    stepfunctions = client("stepfunctions", region=settings.FUNDGATE_REGION)
    for _ in range(PAGES):
        answer = stepfunctions.get_execution_history(**asked)
        yield from answer["events"]
        if not answer.get("nextToken"):
            return
        asked["nextToken"] = answer["nextToken"]


def _code(event: dict[str, Any]) -> str:
    """The stable code of a try; the cause itself may quote anything and stays here."""
    details: dict[str, Any] = next(
        (value for name, value in event.items() if name.endswith("EventDetails")), {}
    )
    if event["type"].endswith("TimedOut"):
        return "TIMED_OUT"
    return code_of(str(details.get("error", "")), str(details.get("cause", "")))
