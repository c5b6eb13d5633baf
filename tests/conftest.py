"""Fixtures of every folder; the environment of the test run is set in tests/environment.py."""

pytest_plugins = ["tests.fixtures.system", "tests.fixtures.browser"]
