"""The annotated workbook: the delivered table as it was, its findings marked, and nothing that computes."""

import io
import zipfile
from datetime import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.parser.columns import text_of
from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.annotated import annotated_workbook, marks, pages, sheets
from ingestion.pipeline.annotated.cells import cell_of, clean
from ingestion.pipeline.annotated.pages import SheetNames
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.verdict import index_card, verdict_document
from tests.examples import examples
from tests.tools.generate_samples import tpt

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
RED, AMBER = "FF" + sheets.FILLS["error"][1:], "FF" + sheets.FILLS["warning"][1:]


def annotated(data: bytes) -> bytes:
    """The workbook of a delivery, through every step."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    checked = validate(delivery)
    document = verdict_document(checked, inspection, index_card(delivery))
    return annotated_workbook(data, inspection, findings_parquet(checked.findings), document)


def opened(book: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(book))


def texts(data: bytes) -> dict[str, list[str]]:
    """What a delivery holds, by field."""
    columns = parse_file(data, inspect_file(data)).columns
    return {key: [column.at(code) for code in column.codes] for key, column in columns.items()}


def of_column(sheet: Worksheet, header: str, row: int) -> Any:
    """The cell of a row (1-based below the header in line 1) under a header."""
    place = next(cell.column for cell in sheet[1] if cell.value == header)
    return sheet.cell(row + 1, place)


@pytest.mark.parametrize(
    "name",
    ["tpt-7.0-faulty.csv", "tpt-7.0-faulty.xlsx", "tpt-7.0-clean.xls", "tpt-7.0-clean-decimal-comma.csv",
     "emt-4.3-faulty.csv", "holdings-faulty.csv"],
)  # fmt: skip
def test_the_workbook_sent_again_is_read_as_the_file_was(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    book = annotated(data)
    before, after = inspect_file(data), inspect_file(book)
    assert (after.template, after.version) == (before.template, before.version)
    assert after.header_row == before.header_row
    assert texts(book) == texts(data)
    found = [validate(parse_file(each, inspect_file(each))).findings for each in (data, book)]
    same = [table.select(["rule", "row", "field", "value"]).to_pylist() for table in found]
    assert same[0] == same[1]


def test_a_failing_cell_has_the_colour_of_its_severity_and_a_comment_that_says_how_to_fix_it() -> None:
    table = tpt(rows=4)
    table.rows[1]["21"] = "no currency"
    book = opened(annotated(table.csv()))
    header = next(text for text in table.headers if text.startswith("21_"))
    cell = of_column(book["TPT 7.0"], header, 2)
    assert cell.value == "no currency"
    assert cell.fill.fgColor.rgb == RED
    assert cell.comment.text.startswith("Error: ")
    assert "currenc" in cell.comment.text
    unmarked = of_column(book["TPT 7.0"], header, 1)
    assert unmarked.comment is None
    assert unmarked.fill.fill_type is None


def test_the_worst_finding_of_a_cell_colours_it() -> None:
    data = (SAMPLES / "tpt-7.0-faulty.csv").read_bytes()
    checked = validate(parse_file(data, inspect_file(data)))
    assert checked.counts["error"] and checked.counts["warning"]
    fills = {
        cell.fill.fgColor.rgb for row in opened(annotated(data))["TPT 7.0"] for cell in row if cell.comment
    }
    assert {RED, AMBER} <= fills


def test_findings_and_summary_are_sheets_of_their_own_and_name_the_cell() -> None:
    table = tpt(rows=4)
    table.rows[1]["21"] = "no currency"
    book = opened(annotated(table.csv()))
    assert book.sheetnames == ["Summary", "TPT 7.0", "Findings"]
    lines = [[cell.value for cell in row] for row in book["Findings"].iter_rows(min_row=2)]
    line = next(line for line in lines if line[5] == "no currency")
    assert line[:2] == ["Error", "TPT 7.0"]
    assert book["TPT 7.0"][line[2]].value == "no currency"
    told = " ".join(str(cell.value) for row in book["Summary"] for cell in row if cell.value)
    assert "Failed" in told
    assert line[8] in told


def test_made_again_it_is_the_same() -> None:
    data = tpt(rows=3).csv()
    first = annotated(data)
    assert annotated(data) == first
    assert opened(first).properties.created.time() == time(), "the day of the check, no time of writing"


def test_only_a_workbook_that_is_read_as_a_whole_asks_to_be_sent() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as package:
        for seed in (1, 2):
            package.writestr(f"{seed}.csv", tpt(rows=2, seed=seed).csv())
    told = [
        " ".join(str(cell.value) for row in opened(annotated(data))["Summary"] for cell in row if cell.value)
        for data in (tpt(rows=2).csv(), sink.getvalue())
    ]
    assert "send it" in told[0]
    assert "send it" not in told[1] and "your own files" in told[1]


ODD = ["_x0041_", "a\nb", "  before", "after ", "'quoted", "<a>&\"", "\u2028x", "e\u0301", "😀", "\ufeff",
       "a\tb", "0x1", "1_000", "1e400", "٣", "&#65;", "\u00a0"]  # fmt: skip


def test_odd_texts_come_back_as_they_were() -> None:
    table = tpt(rows=len(ODD))
    for row, text in zip(table.rows, ODD, strict=True):
        row["17"] = row["24"] = text  # a name, and a number's column
    data = table.csv()
    before, after = texts(data), texts(annotated(data))
    assert before["17"] == ODD
    assert (after["17"], after["24"]) == (before["17"], before["24"])


@pytest.mark.parametrize("text", ["x" * 32_768, "a\ufffeb"])
def test_a_text_that_no_cell_can_hold_is_said(text: str) -> None:
    table = tpt(rows=2)
    table.rows[0]["17"] = text
    told = " ".join(
        str(cell.value) for row in opened(annotated(table.csv()))["Summary"] for cell in row if cell.value
    )
    assert "cut or replaced" in told and "send it" not in told


HOSTILE = ['=HYPERLINK("http://x.example","y")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0",
           "https://x.example/", "mailto:a@b.example", "<script>", "]]>&amp;"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_sender_writes_becomes_a_formula_or_a_link(text: str) -> None:
    table = tpt(rows=2)
    for key in ("3", "17", "21"):  # a name, an instrument's name, a code: with and without a finding
        table.rows[0][key] = text
    data = annotated(table.csv())
    book = opened(data)
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert text.strip() in {str(cell.value).strip() for cell in cells}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            content = package.read(name)
            assert b"<f>" not in content and b"<hyperlink" not in content, name
            assert b"externalLink" not in content


def test_each_file_of_a_zip_has_a_sheet_and_its_findings_stand_in_it() -> None:
    first, second = tpt(rows=2, seed=1), tpt(rows=2, seed=2)
    second.rows[0]["21"] = "no currency"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as package:
        package.writestr("a/fund.csv", first.csv())
        package.writestr("b/fund.csv", second.csv())
    book = opened(annotated(sink.getvalue()))
    assert book.sheetnames == ["Summary", "fund", "fund (2)", "Findings"]
    marked = {sheet.title: {cell.value for row in sheet for cell in row if cell.comment} for sheet in book}
    assert "no currency" in marked["fund (2)"]
    assert "no currency" not in marked["fund"]


def test_what_does_not_fit_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    table = tpt(rows=30)
    for row in table.rows:
        row["21"] = "no currency"
    monkeypatch.setattr(pages, "MAX_CELLS", 1_000)
    monkeypatch.setattr(marks, "MAX_NOTES", 3)
    monkeypatch.setattr(sheets, "MAX_FINDINGS", 5)
    book = opened(annotated(table.csv()))
    rows = book["TPT 7.0"].max_row - 1
    assert 0 < rows < 30
    assert len([cell for row in book["TPT 7.0"] for cell in row if cell.comment]) == 3
    assert book["Findings"].max_row == 6
    told = " ".join(str(cell.value) for row in book["Summary"] for cell in row if cell.value)
    assert f"shows {rows} of 30 rows" in told
    assert "coloured only" in told


def test_a_file_that_fits_is_told_nothing_of_limits() -> None:
    book = opened(annotated(tpt(rows=3).csv()))
    told = " ".join(str(cell.value) for row in book["Summary"] for cell in row if cell.value)
    assert "Cut off" not in told and "coloured only" not in told


@examples(400)
@given(st.one_of(st.from_regex(r"-?[0-9]{0,18}(\.[0-9]{0,18})?", fullmatch=True), st.text(max_size=12)))
def test_a_number_is_written_only_where_it_reads_as_delivered(text: str) -> None:
    cell = cell_of(text, numeric=True)
    assert text_of(cell) == clean(text)
    assert isinstance(cell_of(text, numeric=False), str)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1000", True), ("-0.05", True), ("007", False), ("1,5", False), ("1e5", False),
     ("12345678901234567", False), ("nan", False), ("inf", False), ("-0", False), ("1.50", False),
     ("", False)],
)  # fmt: skip
def test_only_plain_numbers_become_numbers(text: str, number: bool) -> None:
    assert isinstance(cell_of(text, numeric=True), float) is number


@given(st.lists(st.text(max_size=40), max_size=8))
@examples(200)
def test_a_sheet_has_a_name_that_a_spreadsheet_takes_and_no_other_has(wanted: list[str]) -> None:
    names = SheetNames()
    taken = [names.take(text) for text in ("Summary", "Findings", *wanted)]
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
