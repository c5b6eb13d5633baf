"""Without a browser its tests are skipped with the reason; on CI that is a failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.home import ROOT

REASON = "no Chromium could be had here"
ONE = "tests/browser/test_walk.py::test_an_unknown_template_says_what_to_do"


def run(tmp_path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """One browser test on a machine that has no browser."""
    environment = {
        "PATH": str(tmp_path),
        "HOME": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        "FUNDGATE_NO_BROWSER": REASON,
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", ONE],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("ci", "code", "word"), [("", 0, "1 skipped"), ("true", 1, "1 error")])
def test_a_missing_browser_is_a_skip_with_its_reason_and_a_failure_on_ci(
    tmp_path: Path, ci: str, code: int, word: str
) -> None:
    done = run(tmp_path, CI=ci)
    assert done.returncode == code, done.stdout + done.stderr
    assert REASON in done.stdout
    assert word in done.stdout
