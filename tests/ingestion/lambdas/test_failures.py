import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ingestion.aws import errors
from ingestion.lambdas import failures
from ingestion.lambdas.function import function
from ingestion.lambdas.record_failure.handler import code_of
from ingestion.pipeline.codes import CODES
from ingestion.pipeline.errors import UnreadableFile

RAISED: list[tuple[BaseException, str]] = [
    (errors.TokenExpired(), "TOKEN_EXPIRED"),
    (errors.CredentialsExpired(), "TOKEN_EXPIRED"),
    (errors.TokenInvalid(), "ACCESS_DENIED"),
    (failures.TokenMissing(), "TOKEN_MISSING"),
    (errors.AccessDenied(), "ACCESS_DENIED"),
    (errors.ObjectChanged(), "OBJECT_CHANGED"),
    (errors.NotFound(), "OBJECT_CHANGED"),
    (errors.AwsUnavailable(), "AWS_UNAVAILABLE"),
    (MemoryError(), "FILE_TOO_LARGE"),
    (UnreadableFile("FILE_ENCRYPTED"), "FILE_ENCRYPTED"),
    (errors.AwsError("SomethingNew"), "INTERNAL"),
    (ValueError("LU0123456789 is wrong"), "INTERNAL"),
]


@pytest.mark.parametrize(("error", "code"), RAISED, ids=lambda value: type(value).__name__)
def test_every_exception_becomes_a_code_that_people_can_be_told(error: BaseException, code: str) -> None:
    assert failures.code_of(error) == code
    assert code in CODES
    assert isinstance(failures.failure_of(error), failures.AwsUnavailable) == (code == "AWS_UNAVAILABLE")


def test_a_function_ends_with_a_code_and_logs_a_place_but_never_a_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def act(event: dict[str, Any]) -> dict[str, Any]:
        secret = "LU0123456789"
        raise ValueError(f"{secret} is wrong")

    with pytest.raises(failures.StageFailed) as ended:
        function("parse", act, lambda: None)({"submission": "s", "attempt": 1}, None)
    assert str(ended.value) == "INTERNAL"
    assert ended.value.__context__ is None
    assert ended.value.__cause__ is None
    line = json.loads(capsys.readouterr().out)
    assert (line["code"], line["exception"], line["submission"]) == ("INTERNAL", "ValueError", "s")
    assert line["frames"][-1].startswith("lambdas/test_failures.py:")
    assert "LU0123456789" not in json.dumps(line)


def test_what_a_function_leaves_in_its_temp_dir_is_gone_after_it() -> None:
    left: list[Path] = []

    def act(event: dict[str, Any]) -> dict[str, Any]:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(b"position data")
        left.append(Path(file.name))
        if event.get("fail"):
            raise OSError
        return {}

    before = tempfile.gettempdir()
    handler = function("parse", act, lambda: None)
    handler({}, None)
    with pytest.raises(failures.StageFailed):
        handler({"fail": True}, None)
    assert len({path.parent for path in left}) == 2
    assert not any(path.exists() or path.parent.exists() for path in left)
    assert tempfile.gettempdir() == before


def test_a_warm_up_does_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []
    handler = function("parse", lambda event: pytest.fail("not asked to work"), lambda: done.append("warm"))
    assert handler({"warm": True}, None) == {"warm": True}
    assert done == ["warm"]


@pytest.mark.parametrize(
    ("error", "cause", "code"),
    [
        ("StageFailed", '{"errorMessage": "TOKEN_EXPIRED", "errorType": "StageFailed"}', "TOKEN_EXPIRED"),
        ("Runtime.HandlerError", '{"errorMessage": "ACCESS_DENIED"}', "ACCESS_DENIED"),
        ("AwsUnavailable", '{"errorMessage": "AWS_UNAVAILABLE"}', "AWS_UNAVAILABLE"),
        ("States.Timeout", "", "TIMED_OUT"),
        (
            "Sandbox.Timedout",
            '{"errorMessage": "RequestId: x Error: Task timed out after 3.00 seconds"}',
            "TIMED_OUT",
        ),
        ("Runtime.HandlerError", '{"errorMessage": "Task timed out after 300.00 seconds"}', "TIMED_OUT"),
        ("Lambda.TooManyRequestsException", "Rate exceeded", "AWS_UNAVAILABLE"),
        (
            "Lambda.Unknown",
            '{"__type": "TooManyRequestsException", "message": "cap reached"}',
            "AWS_UNAVAILABLE",
        ),
        ("Lambda.Unknown", "The cause could not be determined", "INTERNAL"),
        ("Runtime.ExitError", '{"errorMessage": "RequestId: x Error: exited"}', "INTERNAL"),
        ("StageFailed", '{"errorMessage": "LU0123456789"}', "INTERNAL"),
        ("StageFailed", '["TOKEN_EXPIRED"]', "INTERNAL"),
        ("", "", "INTERNAL"),
    ],
)
def test_whatever_a_catch_hands_over_gets_a_known_code(error: str, cause: str, code: str) -> None:
    assert code_of(error, cause) == code
    assert code in CODES
