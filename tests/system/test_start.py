"""`make run`: obstacles are sentences, stopping leaves nothing, starting again finds everything."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.home import ROOT
from tests.fixtures.system import free_port, start, stop

pytestmark = pytest.mark.system


def launch(home: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The launcher with these variables, run until it ends by itself."""
    environment = {"PATH": os.environ["PATH"], "FUNDGATE_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, "-m", "infra.local", "run"], cwd=ROOT, env=environment, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def processes_of(home: Path) -> list[int]:
    """Every process whose environment names this home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if b"FUNDGATE_HOME=" + os.fsencode(home) in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def wait_until_gone(home: Path, seconds: float = 15) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := processes_of(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_a_busy_port_is_said_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = launch(tmp_path / "home", FUNDGATE_PORT=str(port), FUNDGATE_AWS_PORT=str(free_port()))
    assert done.returncode == 1
    assert f"Port {port} for the portal is in use" in done.stderr
    assert "FUNDGATE_PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_no_number_is_said(tmp_path: Path) -> None:
    done = launch(tmp_path / "home", FUNDGATE_PORT="eight thousand")
    assert done.returncode == 1
    assert "FUNDGATE_PORT must be a port number" in done.stderr
    assert "Traceback" not in done.stderr


def test_stopping_leaves_no_process_and_a_second_start_finds_everything(tmp_path: Path) -> None:
    home = tmp_path / "home"
    port, aws_port = free_port(), free_port()
    first = start(home, port, aws_port)
    submission = first.api().submit("clean.csv", (ROOT / "docs/samples/tpt-7.0-clean.csv").open("rb"))
    done = first.api().wait(submission["id"])
    settings = first.settings
    assert stop(first) == 0
    assert wait_until_gone(home) == []

    begun = time.monotonic()
    second = start(home, port, aws_port)
    try:
        assert time.monotonic() - begun < 60  # a bound against hanging, not a measurement
        assert second.settings == settings
        found = second.api().submission(submission["id"])
        assert (found["state"], found["verdict"]) == (done["state"], done["verdict"])
    finally:
        stop(second)


def test_a_killed_launcher_leaves_no_process_and_loses_nothing_older_than_ten_seconds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    port, aws_port = free_port(), free_port()
    first = start(home, port, aws_port)
    submission = first.api().submit("clean.csv", (ROOT / "docs/samples/tpt-7.0-clean.csv").open("rb"))
    first.api().wait(submission["id"])
    time.sleep(11)
    for pid in (first.pids()["aws"], first.launcher.pid):
        os.kill(pid, signal.SIGKILL)
    first.launcher.wait()
    assert wait_until_gone(home) == []

    second = start(home, port, aws_port)
    try:
        findings = list(second.api().findings(submission["id"]))
        assert findings == []  # a clean file; that it can be read at all shows user, key and objects are back
        assert second.api().submission(submission["id"])["state"] == "COMPLETED"
    finally:
        stop(second)
