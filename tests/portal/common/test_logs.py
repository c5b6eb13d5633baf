"""What the logs say of an error, and what they never say."""

import logging
from typing import Any

import pytest

from portal.common.logs import LineFormatter

SECRET = "a value nobody may see"


def raised() -> Exception:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"{SECRET} again") from cause
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    "formatter", [logging.Formatter("{message}", style="{"), LineFormatter("{message}", "{")]
)
def test_an_exception_is_logged_with_its_place_and_without_its_text(formatter: logging.Formatter) -> None:
    error = raised()
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "it broke", (), (type(error), error, error.__traceback__)
    )
    line = formatter.format(record)
    assert "it broke" in line
    assert "KeyError" in line and "ValueError" in line
    assert "test_logs.py" in line
    assert (SECRET in line) is (
        type(formatter) is logging.Formatter
    )  # the twin shows there was something to hide


def test_the_portal_logs_with_it(settings: Any) -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] == "portal.common.logs.LineFormatter"
    assert settings.LOGGING["handlers"]["stderr"]["formatter"] == "line"
