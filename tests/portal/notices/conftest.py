"""The cast: four roles of one institution, an admin of another; a receiver of webhooks."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from portal.accounts.actor import Actor
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from portal.notices import addresses
from tests.ingestion.web.conftest import (  # noqa: F401
    actor,
    alpine,
    borealis,
    outsider,
    owner,
    reviewer,
    viewer,
)


@pytest.fixture
def admin(alpine: Institution) -> Actor:  # noqa: F811
    return actor(alpine, "admin", Role.ADMIN)


@pytest.fixture
def people(owner: Actor, viewer: Actor, reviewer: Actor, admin: Actor, outsider: Actor) -> None:  # noqa: F811
    """All of them, each with an address of their own."""
    for user in User.objects.all():
        user.email = f"{user.subject}@people.example"
        user.save()


class Receiver(ThreadingHTTPServer):
    """A real endpoint on this machine: keeps what it got, answers as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.answer: Callable[[BaseHTTPRequestHandler], None] | None = None
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if server.answer:
            server.answer(self)
            return
        self.send_response(server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on the tests' output."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


def names(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]]) -> list[str]:
    """Names as a resolver would answer; what was asked is noted."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        if host not in known:
            raise OSError
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    resolver = SimpleNamespace(getaddrinfo=getaddrinfo, SOCK_STREAM=socket.SOCK_STREAM)
    monkeypatch.setattr(addresses, "socket", resolver)
    return asked
