"""Files that are damaged or built to harm end in a code; just within the limits a file is read."""

import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline import UnreadableFile, inspect_file
from ingestion.pipeline.readers import part_scan, xls_scan, zip_scan
from ingestion.pipeline.sniff import as_utf8, encoding_of
from tests.examples import examples
from tests.ingestion.pipeline.support import cells, code_of, expected, read, zipped
from tests.tools.generate_samples import tpt

TABLE = tpt(rows=12, seed=11)


def repacked(
    data: bytes, extra: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, drop: str = ""
) -> bytes:
    """The workbook with parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        kept = {part: old.read(part) for part in old.namelist() if part not in extra and part != drop}
    return zipped(kept | extra, method)


def sheet_with(content: bytes) -> bytes:
    start = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    part = start + b"<sheetData>" + content + b"</sheetData></worksheet>"
    return repacked(TABLE.xlsx(), {"xl/worksheets/sheet1.xml": part})


def texts_used(size: int, times: int) -> bytes:
    """A workbook that names one long shared text in many cells."""
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, times + 1))
    start = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    texts = start + b"<si><t>" + b"x" * size + b"</t></si></sst>"
    return repacked(sheet_with(rows), {"xl/sharedStrings.xml": texts})


def test_a_shared_text_may_be_used_often_and_a_long_one_now_and_then() -> None:
    for size, times in ((200, 50_000), (400_000, 500)):
        zip_scan.scan(texts_used(size, times), io.BytesIO(), io.BytesIO())


def many_sheets(count: int) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        for _ in range(count):
            page = book.add_worksheet()
            page.write(0, 0, 1)
            page.write(99_999, 49, 1)
    return sink.getvalue()


def test_error_cells_are_read_as_what_they_show() -> None:
    fields = list(TABLE.pack.fields)
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, TABLE.headers)
        for i in range(1, 4_000):  # more than one piece of the sheet
            page.write_row(i, 0, TABLE.cells(TABLE.rows[0])[:20])
            page.write_formula(i, fields.index("90"), "=NA()", None, "#N/A")
            page.write_string(i, fields.index("17"), '<c t="e">')
    delivery = read(sink.getvalue())
    assert set(cells(delivery, "90")) == {"#N/A"}
    assert set(cells(delivery, "17")) == {'<c t="e">'}


def test_error_cells_of_legacy_workbooks_are_read_as_what_they_show() -> None:
    book = xlwt.Workbook()
    book.add_sheet("Cover").row(0).set_cell_error(0, 0x1D)
    page = book.add_sheet("TPT")
    fields = list(TABLE.pack.fields)
    for j, header in enumerate(TABLE.headers):
        page.write(0, j, header)
    for i, code in enumerate((0x2A, 0x07, 0x17), 1):
        page.write(i, 0, "x")
        page.row(i).set_cell_error(fields.index("90"), code)
        page.row(i).set_cell_boolean(fields.index("17"), True)
    sink = io.BytesIO()
    book.save(sink)
    delivery = read(sink.getvalue())
    assert cells(delivery, "90") == ["#N/A", "#DIV/0!", "#REF!"]
    assert set(cells(delivery, "17")) == {"TRUE"}


def test_the_error_of_a_legacy_formula_is_told_from_its_other_results() -> None:
    number, text = struct.pack("<d", 2.0), b"\0" * 6 + b"\xff\xff"
    assert xls_scan._error(6, b"\2\0\x2a\0\0\0\xff\xff") == "#N/A"
    assert xls_scan._error(6, number) is None
    assert xls_scan._error(6, text) is None


def patched(data: bytes, before: bytes, after: bytes) -> bytes:
    """The file with the first of these bytes replaced."""
    assert before in data
    return data.replace(before, after, 1)


LEGACY = TABLE.xls()
TABLE_SECTOR = 512 + 512 * int.from_bytes(LEGACY[76:80], "little")
"""Where the allocation table of the container begins."""


def test_a_short_legacy_workbook_is_read() -> None:
    book = xlwt.Workbook()
    book.add_sheet("a").write(3, 2, "x")
    sink = io.BytesIO()
    book.save(sink)
    xls_scan.scan(sink.getvalue())


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "an xls with an endless chain": (
        lambda: LEGACY[:TABLE_SECTOR] + bytes(512) + LEGACY[TABLE_SECTOR + 512 :],
        "FILE_UNREADABLE",
    ),
    "an xls with a far cell": (
        lambda: patched(
            LEGACY, struct.pack("<HHHH", 0xFD, 10, 3, 5), struct.pack("<HHHH", 0xFD, 10, 3, 60_000)
        ),
        "FILE_TOO_LARGE",
    ),
    "an xls that announces a vast sheet": (
        lambda: patched(
            LEGACY, struct.pack("<HHII", 0x200, 14, 0, 13), struct.pack("<HHII", 0x200, 14, 0, 2**32 - 1)
        ),
        "FILE_TOO_LARGE",
    ),
    "a long text in many cells": (lambda: texts_used(400_000, 5_000), "FILE_TOO_LARGE"),
    "many wide sheets": (lambda: many_sheets(6), "FILE_TOO_LARGE"),
    "a macro": (lambda: repacked(TABLE.xlsx(), {"xl/vbaProject.bin": b"x"}), "FILE_HAS_MACROS"),
    "a link": (
        lambda: repacked(TABLE.xlsx(), {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "FILE_HAS_LINKS",
    ),
    "an object": (lambda: repacked(TABLE.xlsx(), {"xl/embeddings/oleObject1.bin": b"x"}), "FILE_HAS_OBJECTS"),
    "a far cell": (lambda: sheet_with(b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>'), "FILE_TOO_LARGE"),
    "a far cell, spelled otherwise": (
        lambda: sheet_with(b"<row r='1'><c r = 'XFD1048576'><v>1</v></c></row>"),
        "FILE_TOO_LARGE",
    ),
    "a far cell in small letters": (
        lambda: sheet_with(b'<row r="1"><c r="xfd1048576"><v>1</v></c></row>'),
        "FILE_TOO_LARGE",
    ),
    "a cell beyond all columns": (
        lambda: sheet_with(b'<row r="1"><c r="CIXFD1"><v>1</v></c></row>'),
        "FILE_TOO_LARGE",
    ),
    "a deep cell": (lambda: sheet_with(b'<row r="1"><c r="EV99999"><v>1</v></c></row>'), "FILE_TOO_LARGE"),
    "a deep row": (
        lambda: sheet_with(b'<row r="1048576"><c r="EV1048576"><v>1</v></c></row>'),
        "FILE_TOO_LARGE",
    ),
    "one huge text": (
        lambda: sheet_with(b'<row r="1"><c r="A1" t="str"><v>' + b"x" * 2_000_000 + b"</v></c></row>"),
        "FILE_TOO_LARGE",
    ),
    "a bomb": (lambda: sheet_with(b'<row r="1"/>' * 3_000_000), "FILE_TOO_LARGE"),
    "an entity": (
        lambda: repacked(TABLE.xlsx(), {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        "FILE_UNREADABLE",
    ),
    "no workbook part": (lambda: repacked(TABLE.xlsx(), {}, drop="xl/workbook.xml"), "FILE_UNREADABLE"),
    "half a zip": (lambda: TABLE.xlsx()[:3000], "FILE_UNREADABLE"),
    "half an xls": (lambda: TABLE.xls()[:700], "FILE_NOT_A_TABLE"),
    "an empty ole container": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "FILE_NOT_A_TABLE"),
    "an encrypted package": (lambda: TABLE.xls() + "EncryptedPackage".encode("utf-16-le"), "FILE_ENCRYPTED"),
    "a macro in an xls": (lambda: TABLE.xls() + "_VBA_PROJECT_CUR".encode("utf-16-le"), "FILE_HAS_MACROS"),
    "nothing": (lambda: b"", "FILE_EMPTY"),
    "blanks": (lambda: b" \r\n\r\n ", "FILE_EMPTY"),
    "a header without rows": (lambda: TABLE.csv().split(b"\r\n")[0], "FILE_EMPTY"),
    "a header and blank rows": (
        lambda: TABLE.csv().split(b"\r\n")[0] + b"\r\n" + b";" * 151 + b"\r\n\r\n",
        "FILE_EMPTY",
    ),
    "a row without end": (lambda: TABLE.csv() + b"x;" * 600_000, "FILE_UNREADABLE"),
    "a quote without end": (lambda: TABLE.csv() + b'"' + b"x;y\n" * 300_000, "FILE_UNREADABLE"),
    "a million short rows": (lambda: TABLE.csv() + b"x\n" * 1_000_000, "FILE_TOO_LARGE"),
    "a million blank rows": (lambda: TABLE.csv() + b"\n" * 1_000_000 + b"x\n", "FILE_TOO_LARGE"),
    "prose": (lambda: b"Hello, this is a letter.\nIt has no columns.\n", "FILE_NOT_A_TABLE"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_ends_in_its_code(name: str) -> None:
    data, code = HOSTILE[name]
    assert code_of(data()) == code


def test_a_long_row_and_a_long_end_of_blank_lines_are_read() -> None:
    table = tpt(rows=3)
    table.rows[1]["17"] = "x" * 900_000
    assert cells(read(table.csv() + b"\r\n" * 1_000_000), "17") == expected(table, "17")


def test_a_character_may_lie_anywhere_in_a_large_text() -> None:
    for shift in range(3):
        data = b"a" * (1024 * 1024 - 1 - shift) + "\u20ac\U0001f600".encode()
        assert encoding_of(data) == "utf-8"
        assert as_utf8(data.decode().encode("utf-16"), "utf-16") == data
    assert encoding_of(data + b"\xe4") == "utf-8"  # cut off in mid-character
    assert encoding_of(data + b"\xe4 ") == "cp1252"
    assert encoding_of(data + b"\xe4\x81 ") == "latin-1"


def test_a_package_changed_only_harmlessly_is_read() -> None:
    assert len(read(repacked(TABLE.xlsx(), {"docProps/note.xml": b"<x/>"})).row_numbers) == 12


def test_a_cell_at_the_limit_is_read_and_one_beyond_is_not() -> None:
    columns = zip_scan.MAX_CELLS // 20_000
    for column, fits in ((columns, True), (columns + 1, False)):
        name = column_name(column)
        data = sheet_with(b'<row r="20000"><c r="%s20000"><v>1</v></c></row>' % name.encode())
        if fits:
            zip_scan.scan(data, io.BytesIO(), io.BytesIO())
        else:
            with pytest.raises(UnreadableFile):
                zip_scan.scan(data, io.BytesIO(), io.BytesIO())


def column_name(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


SPELLINGS = [
    '<c r="{}"/>',
    "<c r='{}'/>",
    '<c t="s" r = "{}"/>',
    '<x:c\n r="{}"></x:c>',
    '<c r=" {}"><v>1</v></c>',
]


@given(
    st.lists(
        st.tuples(st.integers(1, 1_048_576), st.integers(1, 16_384), st.sampled_from(SPELLINGS)),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 3 * part_scan.PIECE),
)
def test_the_extent_of_cells_is_found_however_they_are_spelled_and_wherever_they_lie(
    places: list[tuple[int, int, str]], before: int
) -> None:
    shown = [form.format(f"{column_name(column)}{row}") for row, column, form in places]
    content = "x" * before + "".join(f"<row>{cell}</row>" for cell in shown)
    extent = part_scan.Extent()
    for piece, text, end in part_scan.pieces([content.encode()]):
        extent |= part_scan.measure(piece, text, end)
    if extent.unnamed or extent.odd:
        extent = part_scan.measure_odd([content.encode()])
    assert extent.rows >= max(row for row, _, _ in places)
    assert extent.columns == max(column for _, column, _ in places)


def test_cells_without_a_place_are_counted_where_they_stand() -> None:
    row = b"<row>" + b"<c/><c><v>1</v></c>" * 4 + b"</row>"
    extent = part_scan.measure_odd([row * 3])
    assert (extent.rows, extent.columns) == (3, 8)
    assert code_of(sheet_with(b"<row>" + b"<c/>" * 2_001 + b"</row>")) == "FILE_TOO_LARGE"
    zip_scan.scan(sheet_with(b"<row>" + b"<c/>" * 2_000 + b"</row>"), io.BytesIO(), io.BytesIO())


def test_xml_of_two_bytes_a_character_is_refused() -> None:
    content = '<?xml version="1.0" encoding="utf-16"?><worksheet/>'.encode("utf-16")
    data = repacked(TABLE.xlsx(), {"xl/worksheets/sheet1.xml": content})
    assert code_of(data) == "FILE_UNREADABLE"


RECORDS = [dict(zip(TABLE.headers, TABLE.cells(row), strict=True)) for row in TABLE.rows[:3]]
FILES = [
    *(TABLE.csv(), TABLE.xlsx(), TABLE.xls(), TABLE.csv(encoding="utf-16")),
    *(json.dumps(RECORDS).encode(), repacked(TABLE.xlsx(), {"xl/a.bin": b"x"}, zipfile.ZIP_STORED)),
]
FILES.append(zipped({"a.csv": FILES[0], "b/c.json": FILES[4]}))


@examples(150)
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_a_damaged_file_is_read_or_coded_but_never_raises(
    data: bytes, patches: list[tuple[int, bytes]], cut: int
) -> None:
    damaged = bytearray(data)
    for place, patch in patches:
        start = place % len(damaged)
        damaged[start : start + len(patch)] = patch
    damaged = damaged[: len(damaged) - cut % len(damaged)] if cut % 3 == 0 else damaged
    try:
        read(bytes(damaged))
    except UnreadableFile as error:
        assert error.code


@examples(100)
@given(st.binary(max_size=3000) | st.text(max_size=3000).map(str.encode))
def test_any_bytes_are_read_or_coded(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        inspect_file(data)
