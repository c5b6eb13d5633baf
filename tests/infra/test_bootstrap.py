"""Before anything runs: obstacles of the machine become a sentence, half-made things are made anew."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import bootstrap, embedded
from infra.local.home import ROOT, Home, SetupError
from infra.local.processes import Child
from tests.fixtures.ports import free_port

FILE = ROOT / "infra" / "local" / "bootstrap.py"


def run_as(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]) -> None:
    """Runs the file up to where the environment would be made, as if on this Python."""
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "argv", [str(FILE), "nonsense"])
    runpy.run_path(str(FILE), run_name="__main__")


def test_an_old_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run_as(monkeypatch, (3, 9, 18))
    assert "Python 3.11 or newer is needed, this is 3.9" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run_as(monkeypatch, (3, 11, 0))
    assert "is needed" not in capsys.readouterr().err


@pytest.mark.parametrize("state", ["nothing", "a folder without a Python", "a Python that does not run"])
def test_a_half_made_environment_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", str(venv))
    python = Path(bootstrap.venv_python())
    if state != "nothing":
        python.parent.mkdir(parents=True)
        (venv / "left").touch()
    if state == "a Python that does not run":
        python.write_text("#!/bin/sh\nexit 1\n")
        python.chmod(0o755)
    assert not bootstrap.is_ready("local")
    bootstrap.make_venv()
    assert subprocess.call([python, "-c", "import pip"]) == 0
    assert not (venv / "left").exists()
    (venv / "kept").touch()
    bootstrap.make_venv()
    assert (venv / "kept").exists(), "one that works is left alone"


def test_an_environment_is_ready_only_for_the_requirements_it_was_made_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    python = Path(bootstrap.venv_python())
    python.parent.mkdir(parents=True)
    python.touch()
    stamp = Path(bootstrap.stamp_path("local"))
    stamp.write_text(bootstrap.fingerprint("local"))
    assert bootstrap.is_ready("local")
    assert not bootstrap.is_ready("test"), "the tests need more"
    stamp.write_text("an earlier state")
    assert not bootstrap.is_ready("local")


@pytest.mark.parametrize(
    ("profile", "folder"), [("test", ".venv"), ("bench", ".venv-bench"), ("bench-gx", ".venv-bench-gx")]
)
def test_what_the_bench_needs_stays_out_of_the_tested_environment(
    monkeypatch: pytest.MonkeyPatch, profile: str, folder: str
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "VENV", bootstrap.VENV)
    monkeypatch.setattr(bootstrap, "is_ready", lambda _: True)
    monkeypatch.setattr(bootstrap.os, "execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", profile, "-m", "platform"])
    monkeypatch.chdir(ROOT)
    bootstrap.main()
    assert Path(started[0][0]).parents[1] == ROOT / folder
    assert started[0][1:] == ["-m", "platform"]


@pytest.mark.parametrize(
    ("code", "words"), [("pass", "ended while starting"), ("import time; time.sleep(60)", "did not answer")]
)
def test_an_embedded_aws_that_does_not_come_up_is_said(tmp_path: Path, code: str, words: str) -> None:
    home = Home(path=tmp_path, port=free_port(), aws_port=free_port())
    server = Child("aws", [sys.executable, "-c", code], {}, tmp_path / "aws.log", tmp_path)
    server.start()
    try:
        if code == "pass":
            assert server.process is not None
            server.process.wait(10)
        with pytest.raises(SetupError, match=words) as raised:
            embedded.wait_until_ready(home, server, seconds=0.5)
    finally:
        server.stop()
    assert "make reset" in str(raised.value)


def test_what_python_compiled_is_kept_for_the_next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execv", lambda *_: started.append(dict(os.environ)))
    monkeypatch.setattr(bootstrap, "is_ready", lambda _: True)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "test", "-m", "nothing"])
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(ROOT)
    bootstrap.main()
    assert [environment.get("PYTHONDONTWRITEBYTECODE") for environment in started] == [None]
