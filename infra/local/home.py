"""Where the local system keeps its state, and the ports it answers on."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
ACCOUNT = "000000000000"


class SetupError(Exception):
    """Something a person must do first; the message is the whole answer."""


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise SetupError(f"{variable} must be a port number from 1024 to 65535, not {text!r}.")
    return int(text)


@dataclass(frozen=True)
class Home:
    """Paths and ports of one local system; several can run side by side in different homes.

    `elsewhere`: the address of the portal's database where it is no file in the home.
    """

    path: Path
    port: int
    aws_port: int
    elsewhere: str = ""

    @classmethod
    def from_environment(cls) -> "Home":
        """`.local/` in the project, or what FUNDGATE_HOME, _PORT, _AWS_PORT and _DATABASE_URL say."""
        return cls(
            path=Path(os.environ.get("FUNDGATE_HOME") or ROOT / ".local").resolve(),
            port=_port("FUNDGATE_PORT", 8000),
            aws_port=_port("FUNDGATE_AWS_PORT", 4566),
            elsewhere=os.environ.get("FUNDGATE_DATABASE_URL", ""),
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def database(self) -> Path:
        return self.path / "portal.sqlite3"

    @property
    def database_url(self) -> str:
        return self.elsewhere or f"sqlite:///{self.database}"

    @property
    def pids(self) -> Path:
        return self.path / "processes.json"

    def make(self) -> None:
        """Create the folders, readable by nobody else: they hold the emulator's stores and local keys."""
        for folder in (self.logs, self.path / "aws", self.path / "tmp"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, made if missing: one launcher at a time, and never a folder of something else's.

        The system lets go of the lock when its holder ends, however it ends. Children do not inherit it.
        """
        lock = self.path / "launcher.lock"
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            ours = self.path == ROOT / ".local" or lock.exists() or (self.path / "secret-key").exists()
            if not ours and any(self.path.iterdir()):
                raise SetupError(
                    f"{self.path} holds other things, and `make reset` would delete them. Let FUNDGATE_HOME "
                    "name an empty or a new folder."
                )
            file = lock.open("a+")
        except OSError as error:
            raise SetupError(
                f"The folder {self.path} cannot be used: {error.strerror}. FUNDGATE_HOME names another one."
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SetupError(
                    f"The local system in {self.path} is running already; stop it first (Ctrl-C in its "
                    "terminal). A second one beside it needs a FUNDGATE_HOME of its own, and ports."
                ) from None
            yield

    def secret_key(self) -> str:
        """Django's secret key of this home, made at the first start."""
        file = self.path / "secret-key"
        if not file.exists():
            self.write_private(file, secrets.token_urlsafe(48))
        return file.read_text()

    def remember(self, name: str, value: object) -> None:
        """Keep a small fact (JSON) of this home."""
        self.write_private(self.path / f"{name}.json", json.dumps(value, indent=1, sort_keys=True))

    def recall(self, name: str) -> object | None:
        """What `remember` kept under this name; None if nothing readable is there."""
        try:
            fact: object = json.loads((self.path / f"{name}.json").read_text())
        except (OSError, ValueError):
            return None
        return fact

    @staticmethod
    def write_private(file: Path, text: str) -> None:
        """Write whole or not at all, mode 0600."""
        temporary = file.with_suffix(file.suffix + ".new")
        temporary.touch(mode=0o600)
        temporary.write_text(text)
        temporary.replace(file)


def is_free(port: int) -> bool:
    """True when nothing answers on the loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
