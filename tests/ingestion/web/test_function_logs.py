"""Log lines of a submission: its own, of its attempt, and nothing that is no line of ours."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import errors as aws
from ingestion.web import function_logs
from ingestion.web.function_logs import MOST, log_lines, read
from ingestion.web.models import Submission
from ingestion.web.selectors.pipeline import StateSeen, state_log
from ingestion.web.selectors.steps import Attempt
from ingestion.web.state_machine import state_machine
from portal.accounts.actor import Actor
from portal.common.errors import NotFound
from tests.ingestion.web.conftest import submission

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def text(of: Submission, **changes: Any) -> str:
    line = {
        "time": AT.isoformat(timespec="milliseconds"), "level": "ERROR", "event": "failed",
        "code": "INTERNAL", "exception": "KeyError", "aws": [], "frames": ["lambdas/stage.py:82"],
        "function": "parse", "request": "r-1", "submission": str(of.id), "attempt": "1",
    }  # fmt: skip
    return json.dumps(line | changes)


class Logs:
    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []  # type: ignore[var-annotated]

    def filter_log_events(self, **asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        more = {"nextToken": "n"} if len(self.asked) < len(self.answers) else {}
        return {"events": [{"message": message} for message in answer]} | more


@pytest.fixture
def made(owner: Actor) -> Submission:
    return submission(owner)


def given(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> Logs:
    service = Logs(*answers)
    monkeypatch.setattr(function_logs, "client", lambda *_, **__: service)
    return service


def lines_of(made: Submission) -> list[function_logs.LogLine]:
    return log_lines(made, 1, "parse", AT - timedelta(minutes=1), AT + timedelta(minutes=1))


def test_a_line_is_read_as_it_was_written(made: Submission) -> None:
    line = read(text(made, milliseconds=12), made, 1)
    assert line is not None
    assert (line.at, line.level, line.code, line.milliseconds) == (AT, "ERROR", "INTERNAL", 12)
    assert line.frames == ("lambdas/stage.py:82",)


@pytest.mark.parametrize(
    "change",
    [{"submission": str(uuid4())}, {"attempt": "2"}, {"attempt": 1}, {"time": "now"}, {"time": None}],
)
def test_a_line_about_anything_else_is_none(made: Submission, change: dict[str, Any]) -> None:
    assert read(text(made), made, 1) is not None
    assert read(text(made, **change), made, 1) is None


@pytest.mark.parametrize("noise", ["START RequestId: 1", "", "[]", "null", "{", '{"submission": 1}', "7"])
def test_what_is_no_line_of_ours_is_left_out(made: Submission, noise: str) -> None:
    assert read(noise, made, 1) is None


def test_only_plain_words_come_through(made: Submission) -> None:
    strange = {"code": "<b>", "exception": ["x"], "event": "a" * 200, "frames": ["ok.py:1", "<script>", 3]}
    line = read(text(made, **strange), made, 1)
    assert line is not None
    assert (line.code, line.exception, line.event, line.frames) == ("", "", "", ("ok.py:1",))


def test_lines_come_from_all_pages_in_their_order(made: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    later = text(made, time=(AT + timedelta(seconds=1)).isoformat(), event="done")
    service = given(monkeypatch, [later, "REPORT x"], [text(made), text(made, submission=str(uuid4()))])
    assert [line.event for line in lines_of(made)] == ["failed", "done"]
    first = service.asked[0]
    assert first["logGroupName"] == "/aws/lambda/fundgate-parse"
    assert first["filterPattern"] == f'"{made.id}"'
    assert first["startTime"] < AT.timestamp() * 1000 < first["endTime"]


def test_lines_from_another_time_are_those_of_another_state(
    made: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, [text(made), text(made, time=(AT + timedelta(minutes=2)).isoformat())])
    assert len(lines_of(made)) == 1


def test_there_is_an_end_to_pages_and_lines(made: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    service = given(monkeypatch, *[[text(made)] * MOST for _ in range(20)])
    assert len(lines_of(made)) == MOST
    assert len(service.asked) == function_logs.PAGES


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AccessDeniedException", aws.AccessDenied), ("ThrottlingException", aws.AwsUnavailable)],
)
def test_a_log_that_cannot_be_read_is_an_error_and_one_that_is_not_there_is_empty(
    made: Submission, monkeypatch: pytest.MonkeyPatch, code: str, expected: type[Exception]
) -> None:
    given(monkeypatch, ClientError({"Error": {"Code": code}}, "FilterLogEvents"))
    with pytest.raises(expected):
        lines_of(made)
    given(monkeypatch, ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "FilterLogEvents"))
    assert lines_of(made) == []


def test_lines_are_for_members_of_the_institution_alone(
    made: Submission, owner: Actor, viewer: Actor, outsider: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = StateSeen(state_machine().states["Parse"], "done", AT, AT + timedelta(seconds=1))
    for actor in (owner, viewer):
        given(monkeypatch, [text(made)])
        assert len(state_log(actor, made, Attempt(1, "RUNNING"), seen)) == 1
    service = given(monkeypatch, [text(made)])
    with pytest.raises(NotFound):
        state_log(outsider, made, Attempt(1, "RUNNING"), seen)
    assert service.asked == []


def test_no_more_of_a_log_is_asked_for_than_a_run_can_last(
    made: Submission, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = given(monkeypatch, [])
    never_left = StateSeen(state_machine().states["Parse"], "running", AT)
    state_log(owner, made, Attempt(1, "WITHDRAWN", "", AT), never_left)
    (asked,) = service.asked
    assert 3_600_000 <= asked["endTime"] - asked["startTime"] < 3_700_000


def test_a_state_without_a_function_has_no_log(
    made: Submission, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = given(monkeypatch, [text(made)])
    seen = StateSeen(state_machine().states["IsParsed"], "done", AT, AT)
    assert state_log(owner, made, Attempt(1, "RUNNING"), seen) == []
    assert service.asked == []
