"""A PostgreSQL of its own in a temporary folder, for as long as one command runs on it."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from infra.local.home import ROOT, SetupError
from infra.local.processes import Child

VARIABLE = "FUNDGATE_DATABASE_URL"
"""Where `make run` and the tests keep the portal's rows; SQLite if it is not set."""
_NAME = "fundgate"
# Sorted as a language sorts, as managed databases do: SQLite sorts by code points.
_INITDB = ("-A", "trust", "-N", "-E", "UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US")
# What is lost with the machine is lost with the folder anyway. No address: a socket in a private folder.
_SERVER = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
_DEBIAN = Path("/usr/lib/postgresql")
_SECONDS = 30.0


def run(arguments: list[str]) -> int:
    """Runs Python with these arguments on an empty database; its exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # nothing is left behind
    with cluster() as address:
        environment = os.environ | {VARIABLE: address}
        return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode


@contextmanager
def cluster() -> Iterator[str]:
    """The address of an empty database; server and folder are gone afterwards. SetupError: there is none."""
    programs, user = _programs(), _user()
    with tempfile.TemporaryDirectory(prefix="fundgate-pg-") as folder:
        data = Path(folder, "data")
        if user:
            shutil.chown(folder, user)
        _do([programs / "initdb", "-D", data, "-U", _NAME, *_INITDB], user)
        named = (*_SERVER, f"unix_socket_directories={folder}")
        server = Child(
            name="postgres",
            command=[str(programs / "postgres"), "-D", str(data), *[f"--{setting}" for setting in named]],
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            log=Path(folder, "server.log"),
            directory=Path("/"),
            grace=3,
            user=user,
        )
        server.start()
        try:
            _wait(programs, folder, server)
            _do([programs / "createdb", "-h", folder, "-U", _NAME, _NAME])
            yield f"postgres://{_NAME}@{quote(folder, safe='')}/{_NAME}"
        finally:
            server.stop()


def another(address: str) -> str:
    """The address of a further empty database beside this one."""
    import psycopg
    from psycopg import sql

    name = f"{_NAME}_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{address.rpartition('/')[0]}/{name}"


def _programs() -> Path:
    """The folder of its programs, the newest first: Debian keeps them outside of the search path."""
    found = [Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    found += sorted(_DEBIAN.glob("*/bin"), key=lambda path: -int(path.parent.name))
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SetupError(
        f"PostgreSQL is not installed: there is no initdb in the search path or under {_DEBIAN}. "
        "Install its server, 15 or newer (Debian: apt-get install postgresql). `make test` needs none."
    )


def _user() -> str | None:
    """Whose the server is: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def _do(command: list[str | Path], user: str | None = None) -> None:
    done = subprocess.run(command, cwd="/", user=user, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"PostgreSQL: {Path(command[0]).name} failed: {done.stderr.strip()}")


def _wait(programs: Path, folder: str, server: Child) -> None:
    ask = [programs / "pg_isready", "-q", "-h", folder, "-U", _NAME]
    deadline = time.monotonic() + _SECONDS
    while subprocess.run(ask, check=False).returncode:
        if not server.running or time.monotonic() > deadline:
            raise SetupError(f"PostgreSQL did not start: {server.log.read_text().strip()}")
        time.sleep(0.05)
