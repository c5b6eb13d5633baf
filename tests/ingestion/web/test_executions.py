"""What is read of an execution's history, as AWS writes it and as the embedded AWS does."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ingestion.aws import errors as aws
from ingestion.web import executions
from ingestion.web.executions import Visit, read, visits
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "LU0000000001"


class History:
    """Events one second apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, **details: Any) -> "History":
        named = f"{kind[0].lower()}{kind[1:]}EventDetails"
        if kind.endswith("StateEntered"):
            named = "stateEnteredEventDetails"
        elif kind.endswith("StateExited"):
            named = "stateExitedEventDetails"
        at = START + timedelta(seconds=len(self.events))
        self.events.append({"type": kind, "timestamp": at} | ({named: details} if details else {}))
        return self


def failed(code: str) -> dict[str, str]:
    return {"error": "StageFailed", "cause": json.dumps({"errorMessage": code, "errorType": "StageFailed"})}


def seconds(visit: Visit) -> float:
    assert visit.left_at is not None
    return (visit.left_at - visit.entered_at).total_seconds()


def test_a_state_has_its_times_and_its_tries() -> None:
    history = History().add("TaskStateEntered", name="Parse").add("LambdaFunctionScheduled", resource="x")
    history.add("LambdaFunctionFailed", error="Lambda.TooManyRequestsException", cause="")
    history.add("LambdaFunctionScheduled", resource="x").add("LambdaFunctionSucceeded", output="{}")
    history.add("TaskStateExited", name="Parse")
    (visit,) = read(history.events)
    assert (visit.state, visit.tries, visit.failed, seconds(visit)) == ("Parse", 2, False, 5.0)
    assert visit.code == "AWS_UNAVAILABLE"


@pytest.mark.parametrize("scheduled", ["LambdaFunctionScheduled", "TaskScheduled"])
def test_a_caught_error_is_a_state_that_failed_with_a_code(scheduled: str) -> None:
    kind = scheduled.removesuffix("Scheduled")
    history = History().add("TaskStateEntered", name="Parse").add(scheduled, resource="x")
    history.add(f"{kind}Failed", **failed("TOKEN_EXPIRED")).add("TaskStateExited", name="Parse")
    history.add("PassStateEntered", name="ParseFailed").add("PassStateExited", name="ParseFailed")
    first, second = read(history.events)
    assert (first.failed, first.code) == (True, "TOKEN_EXPIRED")
    assert (second.failed, second.tries, second.code) == (False, 0, "")


def test_a_try_that_took_too_long_says_so() -> None:
    history = History().add("TaskStateEntered", name="Parse").add("LambdaFunctionScheduled", resource="x")
    history.add("LambdaFunctionTimedOut", error="States.Timeout").add("TaskStateExited", name="Parse")
    (visit,) = read(history.events)
    assert (visit.failed, visit.code) == (True, "TIMED_OUT")


def test_a_cause_that_quotes_something_becomes_a_code() -> None:
    history = History().add("TaskStateEntered", name="Parse").add("TaskScheduled", resource="x")
    history.add("TaskFailed", error="Whatever", cause=f"could not read {SECRET}")
    (visit,) = read(history.events)
    assert visit.code == "INTERNAL"
    assert SECRET not in repr(visit)


def test_the_state_a_run_is_in_has_not_been_left() -> None:
    history = History().add("ExecutionStarted").add("TaskStateEntered", name="Inspect")
    (visit,) = read(history.events)
    assert visit.left_at is None


@pytest.mark.parametrize("end", ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"])
def test_the_end_of_a_run_is_the_end_of_its_last_state(end: str) -> None:
    history = History().add("FailStateEntered", name="Failed").add(end, error="TIMED_OUT")
    (visit,) = read(history.events)
    assert seconds(visit) == 1.0


class StepFunctions:
    """Answers a history page by page, or with an error."""

    def __init__(self, *pages: Any) -> None:
        self.pages, self.asked = list(pages), []  # type: ignore[var-annotated]

    def get_execution_history(self, **asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.pages[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        more = {"nextToken": "more"} if len(self.asked) < len(self.pages) else {}
        return {"events": answer} | more


def test_all_pages_are_read_and_no_data_is_asked_for(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = submission(owner)
    events = History().add("TaskStateEntered", name="Parse").add("TaskStateExited", name="Parse").events
    service = StepFunctions(events[:1], events[1:])
    monkeypatch.setattr(executions, "client", lambda *_, **__: service)
    (visit,) = visits(made, 2)
    assert visit.left_at is not None
    assert [asked["includeExecutionData"] for asked in service.asked] == [False, False]
    assert service.asked[0]["executionArn"].endswith(f":execution:fundgate-pipeline:{made.id}-2")
    assert service.asked[1]["nextToken"] == "more"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "GetExecutionHistory"), aws.NotFound),
        (EndpointConnectionError(endpoint_url="x"), aws.AwsUnavailable),
    ],
)
def test_a_forgotten_run_and_a_silent_service_are_errors_of_ours(
    owner: Actor, monkeypatch: pytest.MonkeyPatch, answer: Exception, expected: type[Exception]
) -> None:
    monkeypatch.setattr(executions, "client", lambda *_, **__: StepFunctions(answer))
    with pytest.raises(expected):
        visits(submission(owner), 1)
