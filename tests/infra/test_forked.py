"""Functions are forked from one process: each is one of its own, and nobody is left when the server goes."""

import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.forked import Forked, Nursery, possible
from infra.local.home import ROOT

pytestmark = pytest.mark.skipif(not possible(), reason="this system starts processes as ever")
SCRIPT = """
import os, sys
of = os.environ.get
print(os.getcwd(), of("OF_THE_FUNCTION"), of("OF_THE_SERVER"), os.getpid(), flush=True)
for line in sys.stdin:
    if line == "fail\\n":
        raise ValueError("as it was told")
    print(line.upper(), end="", flush=True)
"""
SERVER = """
import sys
from infra.local.forked import Forked, Nursery
nursery = Nursery()
function = Forked(nursery, sys.argv[1], sys.argv[2], {})
function.stdin.write("heard\\n")
function.stdout.readline()
print(nursery.process.pid, function.pid, function.stdout.readline(), end="", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def function(nursery: Nursery, tmp_path: Path) -> Callable[[str], Forked]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {"AWS_LAMBDA_FUNCTION_NAME": "fundgate-record-failure"}
    return lambda value: Forked(nursery, str(script), str(tmp_path), environment | {"OF_THE_FUNCTION": value})


def test_each_has_a_folder_an_environment_and_a_name_of_its_own(
    function: Callable[[str], Forked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_SERVER", "not the function's")
    one, other = function("one"), function("other")
    assert one.stdout.readline() == f"{tmp_path} one None {one.pid}\n"
    assert other.stdout.readline() == f"{tmp_path} other None {other.pid}\n"
    assert one.pid != other.pid
    assert Path(f"/proc/{one.pid}/comm").read_text() == "record-failure\n"
    one.stdin.write("heard\n")
    assert one.stdout.readline() == "HEARD\n"
    assert (one.poll(), other.poll()) == (None, None)


def test_one_that_fails_or_is_ended_takes_no_other_with_it(function: Callable[[str], Forked]) -> None:
    failing, ended, stays = function("a"), function("b"), function("c")
    failing.stdin.write("fail\n")
    assert "ValueError: as it was told" in failing.stderr.read()
    failing.wait(5)
    ended.terminate()
    ended.wait(5)
    assert None not in (failing.poll(), ended.poll())
    with pytest.raises(subprocess.TimeoutExpired):
        stays.wait(0.01)


def test_after_the_process_they_come_from_died_the_next_comes_from_a_new_one(
    function: Callable[[str], Forked], nursery: Nursery
) -> None:
    assert nursery.process is not None
    before = function("before")
    nursery.process.kill()
    after = function("after")
    assert " after " in after.stdout.readline()
    assert before.poll() is None


def test_nobody_is_left_when_the_server_goes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(script), str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        nursery, function, heard = server.stdout.readline().split()
        assert heard == "HEARD"
        handles = [os.pidfd_open(int(each)) for each in (nursery, function)]
        assert select.select(handles, [], [], 0)[0] == []
        server.kill()
    for handle in handles:
        assert select.select([handle], [], [], 5)[0] == [handle]
        os.close(handle)
