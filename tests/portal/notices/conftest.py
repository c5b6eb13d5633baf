"""The cast with addresses for e-mail; names as a resolver answers them."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.notices import addresses


@pytest.fixture
def people(owner: Actor, viewer: Actor, reviewer: Actor, admin: Actor, outsider: Actor) -> None:
    """All of them, each with an address of their own."""
    for user in User.objects.all():
        user.email = f"{user.subject}@people.example"
        user.save()


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
