"""Fixtures of every folder; the environment of the test run is set in tests/environment.py."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.fixtures.system", "tests.fixtures.browser"]

# Files that start a local system of their own and mostly wait: apart, so that others run meanwhile.
_ALONE = {"test_kill", "test_start"}
# Folders that share one running system or one embedded AWS: together, so that it is started once.
_TOGETHER = {"browser": "system", "system": "system", "api": "portal", "dashboard": "portal"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name each test's group, for runs on several processes (--dist loadgroup)."""
    for item in items:
        path = Path(item.path)
        folder = path.parent.name
        group = path.stem if path.stem in _ALONE else _TOGETHER.get(folder, folder)
        item.add_marker(pytest.mark.xdist_group(group))
