"""`make lint`: the checks run side by side, and the first that fails is named with what it said."""

import sys

import pytest

from infra.local import checks
from infra.local.home import SetupError

FINE = ("fine", [sys.executable, "-c", "print('nothing to say')"])
WRONG = ("spelling", [sys.executable, "-c", "import sys; sys.exit('a word is wrong')"])


def test_what_a_failing_check_said_is_shown(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "LINT", (FINE, WRONG))
    with pytest.raises(SetupError, match=r"spelling failed \(exit 1\)"):
        checks.lint()
    said = capfd.readouterr().out
    assert "a word is wrong" in said
    assert "== fine: fine" in said
    assert "nothing to say" not in said


def test_checks_that_find_nothing_pass(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "LINT", (FINE, FINE))
    checks.lint()
    assert "failed" not in capfd.readouterr().out
