"""How cells become text in the parser's process."""

from hypothesis import given
from hypothesis import strategies as st

from ingestion.parser import columns


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_together_read_as_each_alone(numbers: list[float]) -> None:
    assert columns.texts_of([*numbers, -0.0]) == [*map(columns.text_of, numbers), "0"]
