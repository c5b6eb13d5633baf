"""Columns of numbers read exactly as single numbers do."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.parser.columns import text_of
from ingestion.pipeline.readers.doubles import column_of

_ROUNDED = st.builds(round, st.floats(-1e16, 1e16), st.integers(0, 12))


@given(st.lists(st.floats() | _ROUNDED | st.integers(-(10**18), 10**18).map(float), max_size=40))
def test_a_column_reads_as_its_cells_do(numbers: list[float]) -> None:
    column = column_of(array("d", numbers).tobytes())
    assert [column.values[code] for code in column.codes] == [text_of(number) for number in numbers]
    assert len(set(column.values)) == column.distinct


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (-0.0, "0"), (100.0, "100"), (1e-5, "1e-05"), (0.1 + 0.2, "0.3"), (1e14, "100000000000000"),
     (1e15, "1e+15"), (123456789012.5, "123456789012.5"), (-1 / 3, "-0.333333333333333")],
)  # fmt: skip
def test_a_number_is_written_as_excel_shows_it(number: float, text: str) -> None:
    assert column_of(array("d", [number]).tobytes()).values == [text] == [text_of(number)]


def test_numbers_that_read_the_same_are_one_value() -> None:
    column = column_of(array("d", [0.3, 0.1 + 0.2, 7.0]).tobytes())
    assert column.values == ["0.3", "7"]
    assert list(column.codes) == [0, 0, 1]
