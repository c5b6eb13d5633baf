"""`make lint` and `make test`: every check of the project."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from infra.local import browser
from infra.local.home import ROOT, SetupError

Check = tuple[str, list[str]]

_BIN = Path(sys.executable).parent
_PYTEST = [sys.executable, "-m", "pytest"]
LINT: tuple[Check, ...] = (
    ("style", [str(_BIN / "ruff"), "check", "."]),
    ("format", [str(_BIN / "ruff"), "format", "--check", "."]),
    ("imports", [str(_BIN / "lint-imports"), "--no-cache"]),
    ("types", [str(_BIN / "mypy")]),
    # W3002 says that a local file reference needs packaging: ingestion.aws.packaging is what packages it.
    ("templates", [str(_BIN / "cfn-lint"), "--ignore-checks", "W3002", "--", "infra/cloudformation/*.yaml"]),
)
# Keeps what pytest compiles, which each of its processes would otherwise do for itself.
_COLLECT: Check = ("tests are found", [*_PYTEST, "--collect-only", "-qq", "--no-header", "--no-summary"])
# Two more than the cores the suite is measured on: tests of a whole system mostly wait for it. The groups
# and their order are made in tests/conftest.py.
_PROCESSES = ("--numprocesses", "4", "--dist", "loadgroup", "--no-loadscope-reorder")


def lint() -> None:
    """Style, import contracts, types, CloudFormation; SetupError names the first that fails."""
    _at_once(LINT)


def test(arguments: list[str]) -> None:
    """Lint, then pytest (further arguments go to it)."""
    _at_once((*LINT, _COLLECT))
    chromium, reason = browser.obtain()
    if reason:
        print(f"fundgate: browser tests cannot run: {reason}", flush=True)
    environment = {"FUNDGATE_CHROMIUM": chromium} if chromium else {"FUNDGATE_NO_BROWSER": reason}
    _run("tests", [*_PYTEST, *_PROCESSES, *arguments], environment)


def _at_once(checks: tuple[Check, ...]) -> None:
    """Runs them side by side; one figure for all, for each has only its share of the cores."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fundgate-checks-") as folder:
        running = [
            (name, *_started(command, Path(folder, str(i)))) for i, (name, command) in enumerate(checks)
        ]
        try:
            for name, process, output in running:
                if code := process.wait():
                    print(f"== {name}\n{Path(output.name).read_text(errors='replace')}", flush=True)
                    raise SetupError(f"{name} failed (exit {code}).")
                print(f"== {name}: fine", flush=True)
        finally:
            for _, process, output in running:
                process.kill()
                process.wait()
                output.close()
    print(f"== all of them: {time.monotonic() - begun:.0f} s", flush=True)


def _started(command: list[str], output: Path) -> "tuple[subprocess.Popen[bytes], IO[bytes]]":
    log = output.open("wb")
    return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT), log


def _run(name: str, command: list[str], environment: dict[str, str]) -> None:
    begun = time.monotonic()
    print(f"== {name}", flush=True)
    if code := subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode:
        raise SetupError(f"{name} failed (exit {code}).")
    print(f"== {name}: fine, {time.monotonic() - begun:.0f} s", flush=True)
