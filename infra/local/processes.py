"""Child processes of the local system: started in groups of their own, never left behind."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 8.0


def _die_with_parent() -> None:
    """Linux: ask for SIGTERM when the launcher dies, however it dies."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One long-running process: its command, environment, log file, and seconds it may take to end."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    directory: Path
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)
    grace: float = _GRACE_SECONDS
    user: str | None = None  # another one than who starts it

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the launcher."""
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the whole group: SIGTERM, a few seconds, SIGKILL."""
        if self.process is None:
            return
        if self.running:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace)
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def may_restart(self) -> bool:
        """At most five starts a minute; a process that cannot stay up must not spin."""
        now = time.monotonic()
        return len([at for at in self.starts if now - at < 60]) < 5


def signal_group(leader: int, number: int) -> None:
    """Signal a process group; one that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def record(file: Path, children: list[Child]) -> None:
    """Note the running children, so that the next start can end what a killed launcher left."""
    file.write_text(json.dumps({child.name: child.pid for child in children if child.running}))


def end_leftovers(file: Path, home: Path) -> None:
    """End what an earlier launcher of this home left running (it was killed).

    A recorded pid counts only while its environment or command still names this home: pids are reused.
    """
    try:
        recorded: dict[str, int] = json.loads(file.read_text())
    except (OSError, ValueError):
        return
    ours = [pid for pid in recorded.values() if _belongs(pid, home)]
    for pid in ours:
        signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_SECONDS
    while time.monotonic() < deadline and any(_belongs(pid, home) for pid in ours):
        time.sleep(0.1)
    for pid in ours:
        signal_group(pid, signal.SIGKILL)
    file.unlink(missing_ok=True)


def _belongs(pid: int, home: Path) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        shown = subprocess.run(
            ["ps", "-E", "-p", str(pid), "-o", "command="], capture_output=True, check=False
        )
        environment = shown.stdout
    return b"FUNDGATE_HOME=" + os.fsencode(home) in environment
