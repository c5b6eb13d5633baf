"""Rows that agree in several columns, against a dictionary of their texts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.grouping import agreeing, first_rows
from ingestion.pipeline.readers.source import Column, Encoder

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("1")), max_size=30)


def column(cells: list[str]) -> Column:
    encoder = Encoder()
    encoder.add(cells)
    return encoder.column()


@given(ROWS)
def test_rows_have_the_same_number_exactly_where_they_agree(
    rows: list[tuple[str, str, str]],
) -> None:
    columns = [column([row[i] for row in rows]) for i in range(3)]
    index = agreeing(columns, np.zeros(len(rows), np.int64))
    for i, row in enumerate(rows):
        assert [index[i] == index[j] for j in range(len(rows))] == [row == other for other in rows]
    seen: dict[tuple[str, str, str], int] = {}
    for i, row in enumerate(rows):
        seen.setdefault(row, i)
    assert first_rows(index).tolist() == list(seen.values())


def test_rows_that_differ_from_the_start_stay_apart() -> None:
    same = column(["a", "a", "a"])
    assert agreeing([same], np.array([0, 1, 0])).tolist() == [0, 1, 0]
