"""A large sheet is parsed by two processes, and nobody can tell from what is read."""

import io
import os
import re
import signal
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import halves, zip_scan
from ingestion.pipeline.readers.workbook import WorkbookSource
from tests.examples import examples
from tests.ingestion.pipeline.support import zipped
from tests.tools.generate_samples import tpt

Cell = str | float | bool | None
Row = tuple[int, Sequence[Cell]]
"""The number of a row, from 1, and its cells."""
HEADER: Row = (1, ["a", "b", "c", "d"])
SHEET = "xl/worksheets/sheet1.xml"
TABLE = tpt(rows=3, seed=11).xlsx()

cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.floats(-1e9, 1e9), st.integers(0, 3).map(float), st.booleans(),
    st.sampled_from(["", "x", "1", "TRUE", "#N/A", "Ä<&>"]),
)  # fmt: skip
rows = st.lists(st.tuples(st.integers(2, 30), st.lists(cells, max_size=6)), max_size=12)


@pytest.fixture(autouse=True)
def small_sheets_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "LARGE", 1)
    monkeypatch.setattr(halves, "HEAD_ROWS", 1)


def written(row: Row, named: bool = True) -> str:
    number, values = row
    place = f' r="{number}"' if named else ""
    return f"<row{place}>{''.join(_written(value) for value in values)}</row>"


def _written(value: Cell) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, float):
        return f"<c><v>{value!r}</v></c>"
    if value.startswith("#"):
        return f'<c t="e"><v>{value}</v></c>'
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def book(*sheets: str) -> bytes:
    """A workbook whose sheets have these rows."""
    with zipfile.ZipFile(io.BytesIO(TABLE)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for i, body in enumerate(sheets, 1):
        name = f"xl/worksheets/sheet{i}.xml"
        start, end = (parts[name].index(tag) for tag in (b"<sheetData>", b"</sheetData>"))
        parts[name] = parts[name][: start + len(b"<sheetData>")] + body.encode() + parts[name][end:]
    return zipped(parts)


def read(data: bytes) -> list[list[str]]:
    """What is below the header, column by column; the same a second time."""
    source = WorkbookSource(data, "xlsx")
    first, again = (source.grid(source.sheets[0], None, 1) for _ in range(2))
    assert first.rows == again.rows
    read = [[column.values[code] for code in column.codes] for column in first.columns]
    assert read == [[column.values[code] for code in column.codes] for column in again.columns]
    assert {len(column) for column in read} == {first.rows}
    return read


def read_whole(data: bytes) -> list[list[str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "LARGE", 1 << 40)
        return read(data)


def parted(data: bytes) -> bool:
    first, rest = io.BytesIO(), io.BytesIO()
    zip_scan.scan(data, first, rest)
    if not rest.getvalue():
        return False
    with zipfile.ZipFile(rest) as package:
        return b"<row" in package.read(SHEET)


@examples(40)
@given(rows, st.integers(1, 30))
def test_a_sheet_in_two_parts_is_read_as_it_is(body: list[Row], head: int) -> None:
    halves.HEAD_ROWS = head  # where it is cut
    data = book("".join(map(written, [HEADER, *sorted(body, key=lambda row: row[0]), (31, ["end"])])))
    assert read(data) == read_whole(data)


@examples(24)
@given(rows, st.integers(1, 30))
def test_rows_that_do_not_follow_each_other_come_to_their_places(body: list[Row], head: int) -> None:
    halves.HEAD_ROWS = head
    data = book("".join(map(written, [HEADER, (31, ["end"]), *body])))
    assert parted(data)
    assert read(data) == read_whole(data)


def test_rows_without_a_number_stay_together() -> None:
    body = [written((i, [float(i)] * 4), named=False) for i in range(2, 40)]
    data = book(written(HEADER) + "".join(body))
    assert not parted(data)
    assert read(data)[0] == [str(i) for i in range(2, 40)]


def test_numbers_and_texts_of_one_column_meet() -> None:
    body = [written((i, [float(i), "x", float(i) if i < 20 else "x", 0.5])) for i in range(2, 40)]
    data = book(written(HEADER) + "".join(body))
    assert parted(data)
    numbers = [str(i) for i in range(2, 40)]
    assert read(data) == [numbers, ["x"] * 38, numbers[:18] + ["x"] * 20, ["0.5"] * 38]


@pytest.mark.parametrize("error", [False, True])
def test_a_large_package_is_handed_over_as_it_came_unless_it_has_error_cells(
    error: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = [(i, [float(i), "#N/A" if error else "x"]) for i in range(2, 40)]
    data = book("".join(map(written, [HEADER, *body])))
    monkeypatch.setattr(zip_scan, "MAX_STORED", 0)
    first, rest = io.BytesIO(), io.BytesIO()
    zip_scan.scan(data, first, rest)
    assert (first.getvalue() == data, bool(rest.getvalue())) == (not error, error)
    assert read(data)[1] == ["#N/A" if error else "x"] * 38


def test_each_sheet_of_several_is_read() -> None:
    first = written(HEADER) + "".join(written((i, [float(i)] * 4)) for i in range(2, 60))
    data = book(first, written(HEADER) + written((2, ["z"] * 4)))
    source = WorkbookSource(data, "xlsx")
    for name, rows in ((source.sheets[0], 58), (source.sheets[1], 1), (source.sheets[0], 58)):
        assert source.grid(name, None, 1).rows == rows


def test_what_is_read_first_lies_in_the_first_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "HEAD_ROWS", 50)
    data = book("".join(written((i, ["x"])) for i in range(1, 60)))
    first, rest = io.BytesIO(), io.BytesIO()
    zip_scan.scan(data, first, rest)
    with zipfile.ZipFile(rest) as package:
        assert re.findall(rb'<row r="(\d+)"', package.read(SHEET)) == [b"%d" % i for i in range(51, 60)]


@pytest.fixture
def source() -> Iterator[WorkbookSource]:
    source = WorkbookSource(book("".join(written((i, [float(i)])) for i in range(1, 60))), "xlsx")
    source._box.head(source.sheets[0], 3)
    yield source
    source._box.end()


def children(source: WorkbookSource) -> list[int]:
    process = source._box._process.pid
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


@pytest.mark.parametrize(
    ("ended", "code"), [(signal.SIGXCPU, "FILE_TOO_LARGE"), (signal.SIGABRT, "FILE_UNREADABLE")]
)
def test_a_second_process_that_ends_ends_in_a_code(
    source: WorkbookSource, ended: signal.Signals, code: str
) -> None:
    (later,) = children(source)
    os.kill(later, ended)
    with pytest.raises(UnreadableFile) as refused:
        source.grid(source.sheets[0], None, 1)
    assert refused.value.code == code


def test_the_second_process_ends_with_the_first(source: WorkbookSource) -> None:
    (later,) = children(source)
    source._box.end()
    with pytest.raises(ProcessLookupError):
        while True:
            os.kill(later, 0)
