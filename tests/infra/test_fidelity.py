"""Each wrap of the fidelity layer closes a gap that is still there.

When a new emulator closes one itself, the second test fails for that wrap: remove the wrap then.
"""

from collections.abc import Callable

import pytest

from infra.local import fidelity
from tests.infra.contracts import CONTRACTS
from tests.infra.embedded import Server

pytestmark = pytest.mark.aws


def test_every_wrap_has_its_contract() -> None:
    assert set(fidelity.WRAPS) == set(CONTRACTS)


RESTART = {"checkpoint", "started_runs", "sts_sessions"}  # their contracts stop the server


@pytest.mark.parametrize("wrap", [wrap for wrap in fidelity.WRAPS if wrap not in RESTART])
def test_with_all_wraps_the_server_behaves_as_aws(wrap: str, server: Server) -> None:
    assert CONTRACTS[wrap](server)


@pytest.mark.parametrize("wrap", sorted(RESTART))
def test_what_must_last_outlives_the_server(wrap: str, start_server: Callable[..., Server]) -> None:
    assert CONTRACTS[wrap](start_server())


@pytest.mark.parametrize("wrap", fidelity.WRAPS)
def test_without_the_wrap_it_does_not(wrap: str, start_server: Callable[..., Server]) -> None:
    assert not CONTRACTS[wrap](start_server(without=wrap))


def test_a_name_that_is_no_wrap_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNDGATE_FIDELITY_WITHOUT", "no_such_wrap")
    with pytest.raises(ValueError, match="no_such_wrap"):
        fidelity.install()
