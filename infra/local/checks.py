"""`make lint` and `make test`: every check of the project, in the order of what they cost."""

import os
import subprocess
import sys
import time
from pathlib import Path

from infra.local import browser
from infra.local.home import ROOT, SetupError

_BIN = Path(sys.executable).parent
LINT = (
    ("style", [str(_BIN / "ruff"), "check", "."]),
    ("format", [str(_BIN / "ruff"), "format", "--check", "."]),
    ("imports", [str(_BIN / "lint-imports"), "--no-cache"]),
    ("types", [str(_BIN / "mypy")]),
    # W3002 says that a local file reference needs packaging: ingestion.aws.packaging is what packages it.
    ("templates", [str(_BIN / "cfn-lint"), "--ignore-checks", "W3002", "--", "infra/cloudformation/*.yaml"]),
)
# Two more than the cores the suite is measured on: tests of a whole system mostly wait for it. The groups
# and their order are made in tests/conftest.py.
_PROCESSES = ("--numprocesses", "4", "--dist", "loadgroup", "--no-loadscope-reorder")


def lint() -> None:
    """Style, import contracts, types, CloudFormation; SetupError names the first that fails."""
    for name, command in LINT:
        _run(name, command)


def test(arguments: list[str]) -> None:
    """Lint, then pytest (further arguments go to it)."""
    lint()
    chromium, reason = browser.obtain()
    if reason:
        print(f"fundgate: browser tests cannot run: {reason}", flush=True)
    environment = {"FUNDGATE_CHROMIUM": chromium} if chromium else {"FUNDGATE_NO_BROWSER": reason}
    _run("tests", [sys.executable, "-m", "pytest", *_PROCESSES, *arguments], environment)


def _run(name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
    begun = time.monotonic()
    print(f"== {name}", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=os.environ | (environment or {}), check=False)
    if done.returncode:
        raise SetupError(f"{name} failed (exit {done.returncode}).")
    print(f"== {name}: fine, {time.monotonic() - begun:.0f} s", flush=True)
