"""Numbers and days of texts: however many are looked at at once, each is read as if it were alone."""

import math
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.arrays import strings
from ingestion.pipeline.rules.values import days_of, numbers_of

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
TEXTS = st.one_of(
    st.text("0123456789.,-+eE %\n", max_size=8), st.floats(allow_nan=False).map(repr), st.text()
)


def alone(value: str, decimal: str) -> float:
    """What one text means, by the definition."""
    other = value.replace(",", ".") if decimal == "," else value
    if decimal == "," and "." in value:
        return math.inf
    return math.nan if not value else float(other) if re.fullmatch(NUMBER, other) else math.inf


@given(st.lists(TEXTS), st.sampled_from(".,"))
def test_numbers_are_read_as_each_alone(values: list[str], decimal: str) -> None:
    np.testing.assert_array_equal(numbers_of(strings(values), decimal), [alone(v, decimal) for v in values])


def test_what_stands_between_two_numbers_decides_nothing() -> None:
    values = ["1", "-2.5", "", "1.2.3", ".5", "5.", "-", "1,5", "7e3", "n/a", "3\n4"]
    expected = [1, -2.5, math.nan, math.inf, 0.5, 5, math.inf, math.inf, 7000, math.inf, math.inf]
    np.testing.assert_array_equal(numbers_of(strings(values), "."), expected)


@given(st.lists(st.dates().map(str) | st.sampled_from(["2024-02-30", "20241231", "", "n/a", "2024-01-01\n"])))
def test_days_are_read_as_each_alone(values: list[str]) -> None:
    np.testing.assert_array_equal(
        days_of(strings(values)), [days_of(strings([value]))[0] for value in values]
    )
