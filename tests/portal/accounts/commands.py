"""Commands as `manage.py` runs them, each in a process forked from one that has read the project already."""

import json
import select
import subprocess
import sys
from pathlib import Path

from infra.local.home import ROOT

SECONDS = 120
"""After which a command is ended."""

_FORKING = """
import json, os, signal, sys, traceback
import django
from django.core.management import execute_from_command_line
from django.db import connections
django.setup()
from django.core.checks import run_checks
run_checks()  # reads all pages, as every command does
connections.close_all()
for line in sys.stdin:
    seconds, arguments, out, err = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    signal.alarm(seconds)  # whatever it is at, it ends then
    code = 0
    try:
        for place, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), place)
        execute_from_command_line(["manage.py", *arguments])
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)
"""


class Commands:
    """Started with the first command; what a command says lies in two files meanwhile."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """subprocess.TimeoutExpired where it takes too long."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _FORKING],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = self._folder / "command.out", self._folder / "command.err"
        self._process.stdin.write(json.dumps([SECONDS, arguments, str(out), str(err)]) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], SECONDS)[0]:
            self.close()
            raise subprocess.TimeoutExpired(arguments, SECONDS)
        code = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())

    def close(self) -> None:
        """Without waiting for a command that still runs: it ends by itself."""
        if self._process is not None:
            with self._process:
                self._process.kill()
            self._process = None
