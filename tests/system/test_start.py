"""`make run`: obstacles are sentences, stopping leaves nothing, starting again finds everything."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.home import ROOT, Home
from tests.fixtures.ports import free_port
from tests.fixtures.system import start, stop

pytestmark = pytest.mark.system


def launch(home: Path, command: str = "run", **variables: str) -> "subprocess.CompletedProcess[str]":
    """The launcher with these variables, run until it ends by itself."""
    environment = {"PATH": os.environ["PATH"], "FUNDGATE_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, "-m", "infra.local", command], cwd=ROOT, env=environment, capture_output=True,
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


@pytest.mark.parametrize("command", ["run", "reset"])
def test_a_running_system_is_neither_started_twice_nor_reset(tmp_path: Path, command: str) -> None:
    home = Home(tmp_path / "home", free_port(), free_port())
    with home.held():
        home.remember("kept", "as it was")
        mine = subprocess.Popen(["sleep", "60"], env={"FUNDGATE_HOME": str(home.path)})
        home.remember("processes", {"aws": mine.pid})
        done = launch(home.path, command)
        assert mine.poll() is None
        mine.kill()
        mine.wait()
    assert done.returncode == 1
    assert "is running already; stop it first" in done.stderr
    assert "Traceback" not in done.stderr
    assert home.recall("kept") == "as it was"


def test_a_system_at_rest_is_reset(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", free_port(), free_port())
    with home.held():
        home.remember("kept", "as it was")
    assert launch(home.path, "reset").returncode == 0
    assert not home.path.exists()


@pytest.mark.parametrize("command", ["run", "reset"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, command: str) -> None:
    (tmp_path / "thesis.txt").write_text("the only copy")
    done = launch(tmp_path, command)
    assert done.returncode == 1
    assert "holds other things" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = launch(tmp_path / "file")
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_start_after_a_kill_finds_everything_and_stopping_leaves_no_process(tmp_path: Path) -> None:
    """What a graceful stop saves beyond that is seen by tests/infra/test_durability.py."""
    home, port, aws_port = tmp_path / "home", free_port(), free_port()
    first = start(home, port, aws_port)
    with (ROOT / "docs/samples/tpt-7.0-faulty.csv").open("rb") as sample:
        identifier = first.api().submit("faulty.csv", sample)["id"]
    done = first.api().wait(identifier)
    findings = list(first.api().findings(identifier))
    settings = first.settings
    assert findings
    time.sleep(11)  # what is older than ten seconds must be back after the kill
    for pid in (first.pids()["aws"], first.launcher.pid):
        os.kill(pid, signal.SIGKILL)
    first.launcher.wait()
    assert wait_until_gone(home) == []

    second = start(home, port, aws_port)
    assert second.settings == settings
    # Reading them takes the user, the group, the role, the key and the objects.
    assert second.api().submission(identifier)["verdict"] == done["verdict"]
    assert list(second.api().findings(identifier)) == findings
    assert stop(second) == 0
    assert wait_until_gone(home) == []
