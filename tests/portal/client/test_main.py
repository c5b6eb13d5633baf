"""The command-line client tells by its exit code what became of the files."""

from pathlib import Path
from typing import Any, BinaryIO

import pytest

from portal.client import __main__ as client
from portal.client import signin
from portal.client.api import Api, ApiError

NOTHING = {"error": 0, "warning": 0, "info": 0}
ENDS: dict[str, dict[str, Any]] = {
    "passed": {"state": "COMPLETED", "verdict": "passed", "code": "", "counts": NOTHING},
    "failed": {"state": "COMPLETED", "verdict": "failed", "code": "", "counts": NOTHING | {"error": 3}},
    "unreadable": {
        "state": "COMPLETED",
        "verdict": "unreadable",
        "code": "TEMPLATE_UNKNOWN",
        "counts": NOTHING,
    },
    "broken off": {"state": "FAILED", "verdict": "", "code": "INTERNAL", "counts": NOTHING},
    "waiting": {"state": "NEEDS_SIGN_IN", "verdict": "", "code": "TOKEN_EXPIRED", "counts": NOTHING},
}


SAID: list[dict[str, Any]] = []
"""What came with each file."""


@pytest.fixture(autouse=True)
def portal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal whose answers are named by the file; signing in and the calls are tested on the real one."""

    def submit(self: Api, name: str, content: BinaryIO, expected: str = "", **said: Any) -> dict[str, Any]:
        SAID.append(said)
        if name == "refused.csv":
            raise ApiError("The file is empty.")
        return {"id": Path(name).stem}

    monkeypatch.setattr(signin.SignInConfig, "of", classmethod(lambda cls, portal: None))
    monkeypatch.setattr(signin, "headless", lambda config, email, password: "token")
    monkeypatch.setattr(Api, "submit", submit)
    monkeypatch.setattr(Api, "wait", lambda self, identifier: ENDS[identifier])
    monkeypatch.setenv("FUNDGATE_PASSWORD", "x")


def run(folder: Path, *ends: str) -> int:
    files = [folder / f"{end}.csv" for end in ends]
    for file in files:
        file.write_text("a;b")
    return client.main(["submit", *map(str, files), "--email", "a@b.example"])


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (["passed"], 0),
        (["failed"], 1),
        (["unreadable"], 2),
        (["broken off"], 2),
        (["waiting"], 2),
        (["refused"], 2),
        (["passed", "failed"], 1),
        (["failed", "waiting"], 2),
    ],
)
def test_the_exit_code_tells_passed_failed_and_no_verdict(tmp_path: Path, ends: list[str], code: int) -> None:
    assert run(tmp_path, *ends) == code


def test_a_line_names_file_outcome_code_and_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "failed", "waiting")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "failed.csv: failed, 3 errors, 0 warnings, 0 notes"
    assert said[1].startswith("waiting.csv: NEEDS_SIGN_IN (TOKEN_EXPIRED)")


def test_a_refusal_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "refused")
    assert capsys.readouterr().err == "fundgate: refused.csv: The file is empty.\n"


@pytest.mark.parametrize(("arguments", "said"), [((), ""), (("--expect", "TPT"), "TPT")])
def test_the_template_that_is_expected_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    heard = []

    def submit(self: Api, name: str, content: BinaryIO, expected: str = "", **said: Any) -> dict[str, Any]:
        SAID.append(said)
        heard.append(expected)
        return {"id": Path(name).stem}

    monkeypatch.setattr(Api, "submit", submit)
    (tmp_path / "passed.csv").write_text("a;b")
    client.main(["submit", str(tmp_path / "passed.csv"), "--email", "a@b.example", *arguments])
    assert heard == [said]


def test_what_the_files_are_for_goes_with_each_of_them(tmp_path: Path) -> None:
    (tmp_path / "passed.csv").write_text("a;b")
    command = ["submit", str(tmp_path / "passed.csv"), "--email", "a@b.example"]
    client.main(command)
    client.main([*command, "--check-only", "--reason", "New prices."])
    assert SAID[-2:] == [
        {"reason": "", "check_only": False},
        {"reason": "New prices.", "check_only": True},
    ]
