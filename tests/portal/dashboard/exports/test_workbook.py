"""The workbook of findings: streamed, whole, and only texts and numbers in it."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from django.utils import translation
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from ingestion.pipeline.findings import MAX_STORED, TEXT_COLUMNS
from portal.dashboard.exports import findings_csv, findings_xlsx, sheet

ROWS_OF_A_SHEET = 1_048_576
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "<b>&amp;</b>", "_x0041_",
           "  kept  ", "two\nlines", "000123", "1e5", "a\x01b\x1f", "]]>", "naïve Ünïcode 😀"]  # fmt: skip
GROUP = {"rule": "TPT-X", "title": "A rule", "severity": "error", "count": 0}


def part(values: list[str], first: int = 1, **constants: str) -> pa.Table:
    """Findings as a row group is read: texts by dictionary."""
    texts = dict.fromkeys(TEXT_COLUMNS, "x") | {"severity": "error", "file": ""} | constants
    columns = {name: pa.array([text] * len(values)) for name, text in texts.items()}
    columns["value"] = pa.array(values)
    encoded = {name: column.dictionary_encode() for name, column in columns.items()}
    return pa.table(encoded | {"row": pa.array(range(first, first + len(values)), pa.int32())})


def group(count: int, stored: int | None = None) -> list[dict[str, Any]]:
    return [GROUP | {"count": count, "stored": count if stored is None else stored, "offset": 0}]


def workbook(*parts: pa.Table, groups: list[dict[str, Any]] | None = None) -> bytes:
    found = sum(each.num_rows for each in parts)
    return b"".join(findings_xlsx(parts, group(found) if groups is None else groups))


def test_hostile_texts_come_back_as_they_are_and_nothing_computes() -> None:
    body = workbook(part(HOSTILE))
    cells = [row[5] for row in openpyxl.load_workbook(io.BytesIO(body))["Findings"].iter_rows(min_row=2)]
    assert [unescape(str(cell.value)) for cell in cells] == HOSTILE
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}, "they stay texts when somebody edits them"
    assert all(cell.hyperlink is None for cell in cells)


def test_signs_that_no_workbook_can_hold_are_replaced() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(part(["a\ufffeb\uffffc"]))))
    assert book["Findings"]["F2"].value == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("read_only", [True, False])
def test_every_reader_finds_all_rows_of_all_parts(read_only: bool) -> None:
    parts = [part([f"value {i}" for i in range(start, start + 7)], start) for start in (1, 8, 15)]
    body = workbook(*parts)
    wanted = [(i, f"value {i}") for i in range(1, 22)]
    found = openpyxl.load_workbook(io.BytesIO(body), read_only=read_only)["Findings"]
    assert [(row[1], row[5]) for row in found.iter_rows(min_row=2, values_only=True)] == wanted
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("Findings").to_python()
    assert [(row[1], row[5]) for row in rows[1:]] == wanted


def test_titles_stand_above_and_are_frozen_and_filtered() -> None:
    found = openpyxl.load_workbook(io.BytesIO(workbook(part(["a", "b", "c"]))))["Findings"]
    assert (found["A1"].value, found.freeze_panes, found.auto_filter.ref) == ("Severity", "A2", "A1:I4")
    assert found["E2"].alignment.wrap_text, "as the columns are formatted"


def test_without_a_finding_it_opens_all_the_same() -> None:
    found = openpyxl.load_workbook(io.BytesIO(workbook()))["Findings"]
    assert [cell.value for cell in found[1]][:3] == ["Severity", "Row", "Scope"]
    assert found.max_row == 1


def test_it_says_above_the_findings_that_not_all_are_stored() -> None:
    body = workbook(part(["a", "b"]), groups=group(1_500_000, 2))
    found = openpyxl.load_workbook(io.BytesIO(body))["Findings"]
    assert found["A1"].value == "1,500,000 were found; the first 2 are stored."
    assert (found["A2"].value, found["F4"].value, found.freeze_panes) == ("Severity", "b", "A3")


def test_a_sheet_that_is_full_says_so_below(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [part(["a"] * 3), part(["b"] * 3, 4), part(["c"] * 3, 7)]
    last = openpyxl.load_workbook(io.BytesIO(workbook(*parts)))["Findings"]
    assert (last.max_row, last["F10"].value) == (10, "c")
    monkeypatch.setattr(sheet, "MOST_BYTES", 2_000)
    cut = openpyxl.load_workbook(io.BytesIO(workbook(*parts)))["Findings"]
    assert (cut.max_row, cut["F7"].value) == (8, "b")
    assert str(cut["A8"].value).startswith("This sheet can take no more findings.")


def test_a_sheet_has_room_for_all_findings_that_are_stored() -> None:
    assert MAX_STORED + len(["the sentence", "the titles", "that it is full"]) <= ROWS_OF_A_SHEET


def test_words_are_those_of_who_asked_though_the_stream_is_read_later() -> None:
    with translation.override("de"):
        streams = findings_csv([part(["a"])]), findings_xlsx([part(["a"])], group(1))
    text = b"".join(streams[0]).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("Fehler,1,Zeile,")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(streams[1])))
    assert [cell.value for cell in book.worksheets[0][2]][:3] == ["Fehler", 1, "Zeile"]


def test_memory_does_not_grow_with_the_findings() -> None:
    def parts(count: int) -> Iterator[pa.Table]:
        for i in range(count):
            yield part([f"value {n} of part {i}" for n in range(200)])

    def most(count: int) -> int:
        tracemalloc.start()
        size = sum(map(len, findings_xlsx(parts(count), group(200 * count))))
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > 2_000 * count
        return held

    most(1)
    assert most(24) < 1.3 * most(4)
