"""One embedded AWS for the whole folder, with the project's stacks and three institutions.

Servers are killed at the end: nobody needs what a graceful stop would save.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.models import Institution
from tests.infra.embedded import Platform, Server
from tests.infra.exchanging import Exchange
from tests.infra.viewers import Portal


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("aws")).start()
    yield running
    running.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers of one's own: start_server(without="s3_keys"). They end with the test."""
    started: list[Server] = []

    def start(without: str = "") -> Server:
        folder = tmp_path / f"aws-{len(started)}"
        folder.mkdir()
        started.append(Server(folder, without, checkpoint="0.4").start())
        return started[-1]

    yield start
    for each in started:
        each.stop(signal.SIGKILL)


@pytest.fixture
def exchanging(
    platform: Platform,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    make: Any,
    alpine: Institution,
    borealis: Institution,
) -> Iterator[Exchange]:
    """Two institutions that exchange; a module that uses it takes them from the pages' tests."""
    made = Exchange(platform, Portal(platform, settings, monkeypatch), make, alpine, borealis)
    yield made
    made.forget_credentials()
