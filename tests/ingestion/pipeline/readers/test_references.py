"""Places of cells, read many at a time, are those that are written there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.readers.references import FAR, furthest, places

CELLS = st.tuples(st.from_regex(r"[A-Za-z]{0,3}", fullmatch=True), st.integers(0, 99_999))


def found(references: list[str]) -> tuple[int, int, bool]:
    starts = np.cumsum([0, *(len(reference) + 1 for reference in references)])[:-1]
    text = "".join(f'{reference}"' for reference in references).encode() + bytes(16)
    return furthest(np.frombuffer(text, np.uint8), starts)


def column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@given(st.lists(CELLS, min_size=1, max_size=20))
def test_the_furthest_place_is_the_last_row_and_the_last_column(cells: list[tuple[str, int]]) -> None:
    references = [f"{letters}{row}" for letters, row in cells]
    assert found(references) == (max(row for _, row in cells), max(column(s) for s, _ in cells), True)


@pytest.mark.parametrize(
    ("reference", "row", "last"),
    [
        ("A1048576", 1_048_576, 1),
        ("AA999999", 999_999, 27),
        ("12345678", 12_345_678, 0),
        ("A10485760", FAR, 1),
        ("XFD1048576", FAR, 16_384),
    ],
)
def test_a_place_of_more_than_eight_characters_is_far(reference: str, row: int, last: int) -> None:
    assert found(["B7", reference]) == (row, max(2, last), True)


@pytest.mark.parametrize("reference", ["", "A", "-5", " A1", "%", "ABCDEFGHIJ"])
def test_what_names_no_row_is_told(reference: str) -> None:
    assert not found(["A1", reference])[2]


def test_no_places_have_no_extent() -> None:
    assert found([]) == (0, 0, True)


@given(st.lists(st.booleans(), max_size=70))
def test_the_places_of_a_mask_are_found_in_order(mask: list[bool]) -> None:
    assert places(np.array(mask, np.bool_)).tolist() == [i for i, there in enumerate(mask) if there]
