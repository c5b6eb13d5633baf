"""No test of the browser ends with a complaint in a console."""

import pytest


@pytest.fixture(autouse=True)
def _quiet_consoles(nothing_is_complained_of: None) -> None:
    """Errors of scripts, refusals of the content policy and missing files fail the test they happen in."""
