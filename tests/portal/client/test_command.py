"""`python -m portal.client`: what it prints, how it ends, and that obstacles are sentences."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from infra.local import demo
from infra.local.home import ROOT
from tests.fixtures.ports import free_port
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt


def client(*arguments: str, password: str = demo.PASSWORD) -> "subprocess.CompletedProcess[str]":
    """The command as a person types it."""
    return subprocess.run(
        [sys.executable, "-m", "portal.client", "submit", *arguments], cwd=ROOT, capture_output=True,
        text=True, timeout=60, check=False, env={"FUNDGATE_PASSWORD": password}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "good.csv").write_bytes(tpt(rows=4, seed=771).csv())
    return str(tmp_path / "good.csv")


@pytest.fixture
def other_server() -> Iterator[str]:
    """Something that answers, but is no portal."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.system
def test_a_refused_file_is_named_and_does_not_keep_the_others_back(
    system: System, tmp_path: Path, file: str
) -> None:
    (tmp_path / "empty.csv").touch()
    unknown = str(ROOT / "docs/samples/unknown-layout.csv")
    who = ("--portal", system.url, "--email", system.email("alpine-am", "uploader"))
    done = client(str(tmp_path / "empty.csv"), unknown, file, *who)
    assert done.returncode == 2
    assert done.stderr.startswith("fundgate: empty.csv: The file is empty.")
    assert done.stdout.splitlines() == [
        "unknown-layout.csv: unreadable (TEMPLATE_UNKNOWN)",
        "good.csv: passed, 0 errors, 0 warnings, 0 notes",
    ]
    assert client(file, *who).returncode == 0


@pytest.mark.system
def test_a_wrong_password_is_said(system: System, file: str) -> None:
    who = ("--portal", system.url, "--email", system.email("alpine-am", "uploader"))
    done = client(file, *who, password="not this one")
    assert done.returncode == 2
    assert "was refused: wrong password" in done.stderr


def test_a_portal_that_is_not_there_and_one_that_is_none_are_told_apart(file: str, other_server: str) -> None:
    closed = client(file, "--email", "a@b.example", "--portal", f"http://127.0.0.1:{free_port()}")
    other = client(file, "--email", "a@b.example", "--portal", other_server)
    assert (closed.returncode, other.returncode) == (2, 2)
    assert "does not answer" in closed.stderr
    assert "answers (501), but not as a Fundgate portal" in other.stderr
    assert "Traceback" not in closed.stderr + other.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{file}"], "say --email NAME"),
        (["{file}", "--email", "a@b.example", "--portal", "127.0.0.1:8000"], "takes an address such as http"),
        (["{file}.gone", "--email", "a@b.example"], "there is no file"),
        (["{folder}", "--email", "a@b.example"], "name the files in it"),
    ],
)
def test_wrong_arguments_are_answered_with_a_sentence(file: str, arguments: list[str], words: str) -> None:
    filled = [text.format(file=file, folder=Path(file).parent) for text in arguments]
    done = client(*filled)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
