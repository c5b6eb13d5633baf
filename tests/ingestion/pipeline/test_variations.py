"""The same table gives the same findings, however it was written down."""

import csv
import datetime as dt
import io
import random
from typing import Any

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.ingestion.pipeline.support import findings
from tests.tools.generate_samples import tpt
from tests.tools.tables import NUMERIC

KINDS = [
    *("name missing", "error value", "unknown currency", "local date", "UK as country", "unknown code"),
    *("ISIN check digit", "LEI cut off", "CIC country", "version on one row", "frequency"),
]
TABLE = tpt(rows=24, kinds=KINDS, seed=5)
FIELDS = TABLE.pack.fields
EXPECTED = [
    (entry["rule"], entry["row"], entry["field"], entry["value"], entry["message"])
    for entry in findings(TABLE.csv())
]

SPELLINGS: dict[str, Any] = {
    "official": lambda key: FIELDS[key].name,
    "blanks": lambda key: FIELDS[key].name.replace("_", " "),
    "capitals": lambda key: f" {FIELDS[key].name.upper()} ",
    "padded": lambda key: key.zfill(4) + FIELDS[key].name.removeprefix(key),
    "dotted": lambda key: key + ". " + FIELDS[key].label.partition(" ")[2],
    "dashed": lambda key: key + " - " + FIELDS[key].label.partition(" ")[2],
    "number": lambda key: key,
    "name": lambda key: FIELDS[key].name.partition("_")[2],
    "path": lambda key: FIELDS[key].path or FIELDS[key].name,
}


def outcome(data: bytes, shift: int = 0) -> list[tuple[Any, ...]]:
    """Findings, with rows counted as if `shift` blank rows were not there."""
    return [
        (
            entry["rule"],
            entry["row"] and entry["row"] - shift,
            entry["field"],
            entry["value"],
            entry["message"],
        )
        for entry in findings(data)
    ]


def text_of(key: str, value: str, decimal: str) -> str:
    return value.replace(".", decimal) if FIELDS[key].type in NUMERIC else value


@st.composite
def layouts(draw: st.DrawFn) -> tuple[bytes, int]:
    """One way to write the table as delimited text, and how many blank rows follow its header."""
    delimiter = draw(st.sampled_from(";,|\t"))
    decimal = draw(st.sampled_from(".,"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]))
    spelling = SPELLINGS[draw(st.sampled_from(sorted(SPELLINGS)))]
    keys = list(FIELDS)
    if spelling is not SPELLINGS["path"] and draw(st.booleans()):  # two fields may share a path
        random.Random(draw(st.integers(0, 9))).shuffle(keys)
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    sink = io.StringIO()
    if draw(st.booleans()):
        sink.write(f"sep={delimiter}{end}")
    for title in draw(
        st.lists(st.sampled_from(["", "TPT report", "Müller & Söhne" + delimiter * 3]), max_size=3)
    ):
        sink.write(title + end)
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(sink, delimiter=delimiter, lineterminator=end, quoting=quoting)
    surplus = [""] * draw(st.integers(0, 3))
    writer.writerow([*map(spelling, keys), *surplus])
    blank = draw(st.sampled_from(["", "   ", delimiter * (len(keys) - 1)]))
    shift = draw(st.integers(0, 2))
    sink.write((blank + end) * shift)
    for row in TABLE.rows:
        name = row["17"] + draw(st.sampled_from(["", f" {delimiter}b", ' "b"', f"{end}b", " é"]))
        shown = row | {"17": name if row["17"] else ""}
        writer.writerow([*(text_of(key, shown.get(key, ""), decimal) for key in keys), *surplus])
    sink.write((blank + end) * draw(st.integers(0, 3)))
    return sink.getvalue().encode(encoding), shift


@examples(200)
@given(layouts())
def test_a_delimited_text_gives_the_same_findings_in_any_layout(layout: tuple[bytes, int]) -> None:
    data, shift = layout
    expected = {(rule, row, field) for rule, row, field, _, _ in EXPECTED}
    found = {(rule, row, field) for rule, row, field, _, _ in outcome(data, shift)}
    assert found == expected


def workbook_cell(key: str, value: str, form: str) -> Any:
    """A cell as one of the exports in use writes it."""
    if form == "comma":
        return text_of(key, value, ",")
    if form == "text" or not value:
        return value
    if FIELDS[key].type in NUMERIC or (form == "numbers" and value.isdecimal() and value[0] != "0"):
        try:
            return float(value)
        except ValueError:
            return value
    if FIELDS[key].type == "date" and form == "dates":
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


@pytest.mark.parametrize("form", ["text", "comma", "numbers", "dates"])
@pytest.mark.parametrize("spelling", ["official", "blanks", "number"])
@pytest.mark.parametrize("before", [0, 2])
def test_a_workbook_gives_the_same_findings_with_any_cell_types(
    form: str, spelling: str, before: int
) -> None:
    headers = list(map(SPELLINGS[spelling], FIELDS))
    rows = [[workbook_cell(key, row.get(key, ""), form) for key in FIELDS] for row in TABLE.rows]
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "A title")
        for i, cells in enumerate([headers, *rows], before):
            for j, cell in enumerate(cells):
                page.write_string(i, j, cell) if isinstance(cell, str) else page.write(i, j, cell)
    assert outcome(sink.getvalue()) == EXPECTED
    legacy = xlwt.Workbook()
    sheet = legacy.add_sheet("TPT")
    date = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for i, cells in enumerate([headers, *rows], before):
        for j, cell in enumerate(cells):
            sheet.write(i, j, cell, date) if isinstance(cell, dt.datetime) else sheet.write(i, j, cell)
    sink = io.BytesIO()
    legacy.save(sink)
    assert outcome(sink.getvalue()) == EXPECTED
