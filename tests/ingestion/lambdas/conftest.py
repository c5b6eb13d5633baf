"""One embedded AWS with the deployed chain for the whole folder."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.embedded import ROOT, Server
from tests.ingestion.lambdas.chain import Chain, Portal, Run, nothing_is_shared


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    portal = Portal.listen()
    server = Server(tmp_path_factory.mktemp("chain")).start()
    try:
        yield Chain(server, portal)
    finally:
        server.stop(signal.SIGKILL)  # nobody needs what a graceful stop would save
        portal.server.shutdown()
        portal.server.server_close()


@pytest.fixture
def chain(deployed: Chain) -> Iterator[Chain]:
    yield deployed
    deployed.portal.answer, deployed.portal.when = 204, None
    deployed.portal.exchange = nothing_is_shared


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "docs" / "samples"


@pytest.fixture(scope="session")
def faulty(samples: Path) -> bytes:
    return (samples / "tpt-7.0-faulty.csv").read_bytes()


@pytest.fixture(scope="session")
def done(deployed: Chain, faulty: bytes) -> Run:
    """One run of the faulty sample that went straight through."""
    return deployed.run(faulty)
