"""Fixtures of every folder; the environment of the test run is set in tests/environment.py."""

import gc
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from hypothesis import HealthCheck
from hypothesis import settings as properties
from pytest_django import DjangoDbBlocker

# A busy machine is no finding: neither one slow example nor slow making of examples fails a property.
properties.register_profile("fundgate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("fundgate")

pytest_plugins = [
    "tests.fixtures.cast", "tests.fixtures.system", "tests.fixtures.browser", "tests.fixtures.receiver",
    "tests.fixtures.releases",
]  # fmt: skip

# Fixtures that take long to start: who uses one of them goes to the same process as the others who do.
_SHARED = ("chromium", "system", "deployed", "platform", "live", "embedded_store")
_WALKS = (
    "test_walk.py", "test_decisions.py", "test_verdicts.py", "test_continue.py", "test_deliveries.py",
    "test_trends.py", "test_findings.py",
)  # fmt: skip
"""Browser tests that get a process, and so a system, of their own: all of them in a row take too long."""
# What takes long comes first, so that no process is left alone with it at the end.
_FIRST = (
    "test_kill.py", "chromium", "walks", "deployed", "test_start.py", "system", "platform",
    "test_fidelity.py", "live", "test_authorisation_matrix.py", "embedded_store", "test_bootstrap.py",
    "test_production.py", "test_rules_tpt.py", "test_translations.py",
)  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def _static_files_found_when_asked_for() -> None:
    """Every test client has the middleware of its own, which would list all static files anew."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tables that the tests make from the models, and the one in which migrations are recorded."""
    with django_db_blocker.unblock():
        MigrationRecorder(connection).ensure_schema()


def _group(item: pytest.Item) -> str:
    """The expensive fixture a test shares with others, or its file."""
    path, fixtures = Path(item.path), getattr(item, "fixturenames", ())
    if "chromium" in fixtures and path.name in _WALKS:
        return "walks"
    if shared := next((name for name in _SHARED if name in fixtures), None):
        return shared
    return path.name if path.name in _FIRST else str(path.relative_to(Path(__file__).parent))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name each test's group, for runs on several processes (--dist loadgroup), and put long ones first."""
    groups = {item: _group(item) for item in items}
    rank = {group: place for place, group in enumerate(_FIRST)}
    items.sort(key=lambda item: rank.get(groups[item], len(rank)))
    if config.getoption("loadgroup", False):
        for item in items:
            _send_to(item, groups[item])


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays to the end: nobody needs to look through it for garbage."""
    gc.freeze()


def _send_to(item: pytest.Item, group: str) -> None:
    """Writes the group where xdist reads it; what xdist itself writes, pytest 9.2 does not see."""
    item._id = NodeId.parse(f"{item.nodeid}@{group}")
    if not item.nodeid.endswith(f"@{group}"):
        raise pytest.UsageError("tests are not grouped: each process would start its own system")
