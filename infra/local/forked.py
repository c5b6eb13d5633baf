"""Lets the embedded AWS fork its Python functions instead of starting a Python for each: a third of the time.

What a function sees is the same: see infra/local/nursery.py. Where the system cannot do it (anything but
Linux), and for other runtimes, the emulator starts processes as ever.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import types
from typing import Any, TextIO

from infra.local.home import ROOT

_making = threading.Lock()


def possible() -> bool:
    """Whether the system has what a forked process is watched with."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # not Linux, or a container that does not allow it
        return False
    return True


def install() -> None:
    """Give the emulator's functions this way to start a process, where it is possible."""
    if not possible():
        return
    from ministack.core import lambda_runtime

    nursery = Nursery()

    def popen(command: Any, **options: Any) -> Any:
        if len(command) == 2 and command[0] == sys.executable and options.get("text"):
            with contextlib.suppress(OSError):
                return Forked(nursery, command[1], options["cwd"], options["env"])
        return subprocess.Popen(command, **options)

    own = types.SimpleNamespace(**vars(subprocess))
    own.Popen = popen
    lambda_runtime.subprocess = own


class Nursery:
    """The process to fork from: started when the first function is, and again should it end."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def fork(self, request: bytes, streams: list[int]) -> tuple[int, int]:
        """Process id and descriptor of a new process that has these as its streams."""
        with _making:
            if answer := self._asked(request, streams):
                return answer
            self._start()  # there was none yet, or it has ended
            if answer := self._asked(request, streams):
                return answer
        raise OSError("the process that functions are forked from ends at once")

    def _asked(self, request: bytes, streams: list[int]) -> tuple[int, int] | None:
        if self._socket is None:
            return None
        with contextlib.suppress(ConnectionError):
            socket.send_fds(self._socket, [request], streams)
            answer, handles, _flags, _address = socket.recv_fds(self._socket, 64, 1)
            if answer:
                return int(answer), handles[0]
        return None

    def close(self) -> None:
        """It ends, as it does when the server has gone."""
        if self._socket:
            self._socket.close()
        if self.process:
            self.process.wait()

    def _start(self) -> None:
        self.close()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.nursery", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )


class Forked:
    """A function's process, as far as the emulator uses `subprocess.Popen`."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    def __init__(self, nursery: Nursery, script: str, folder: str, environment: dict[str, str]) -> None:
        name = environment.get("AWS_LAMBDA_FUNCTION_NAME", "").removeprefix("fundgate-")
        request = {"script": script, "folder": folder, "environment": environment, "name": name}
        (their_in, to), (out, their_out), (err, their_err) = os.pipe(), os.pipe(), os.pipe()
        theirs = [their_in, their_out, their_err]
        try:
            self.pid, self._handle = nursery.fork(json.dumps(request).encode(), theirs)
        except OSError:
            theirs += [to, out, err]
            raise
        finally:
            for each in theirs:
                os.close(each)
        self.stdin, self.stdout, self.stderr = os.fdopen(to, "w", 1), os.fdopen(out), os.fdopen(err)
        self.returncode: int | None = None

    def poll(self, milliseconds: float | None = 0) -> int | None:
        """0 once it has ended, for whatever reason: only its parent would learn which."""
        if self.returncode is None:
            ended = select.poll()
            ended.register(self._handle, select.POLLIN)
            if ended.poll(milliseconds):
                self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """0 when it has ended; subprocess.TimeoutExpired after so many seconds."""
        if self.poll(None if timeout is None else 1000 * timeout) is None:
            raise subprocess.TimeoutExpired("function", timeout or 0)
        return 0

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            os.close(handle)
