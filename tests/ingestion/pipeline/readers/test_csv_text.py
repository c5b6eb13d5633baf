"""Cutting a text into blocks changes nothing of what is read. (A comma beside a line end within a cell would
be taken for a stray quote, which is another matter.)"""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.readers import csv_text

_CELLS = st.text(st.sampled_from('ab1"\n é'), max_size=6)
_TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=2, max_size=30)
)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_SMALL_BLOCK", 64)
        yield


@given(table=_TABLES)
def test_cells_of_several_lines_are_whole_wherever_a_block_ends(table: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    text = written.getvalue()
    width = len(table[0])
    grid = csv_text.CsvSource(("x," * width)[:-1].encode() + b"\n" + text.encode()).grid(None, ",", 1)
    read = [[column.at(column.codes[i]) for column in grid.columns] for i in range(grid.rows)]
    assert read == table
