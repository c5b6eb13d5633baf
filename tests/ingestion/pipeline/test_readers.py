"""Whatever arrives is read with every cell's text intact, or refused with a code."""

import datetime as dt
import io

import pytest
import xlsxwriter

from ingestion.parser.columns import text_of
from ingestion.pipeline import inspect_file
from ingestion.pipeline.readers import open_source
from tests.ingestion.pipeline.support import cells, expected, read
from tests.tools.generate_samples import tpt

TABLE = tpt(rows=12, seed=11)


@pytest.mark.parametrize("delimiter", list(";,|\t"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
def test_csv_keeps_every_cell(delimiter: str, encoding: str) -> None:
    delivery = read(TABLE.csv(delimiter=delimiter, encoding=encoding))
    assert delivery.inspection.delimiter == delimiter
    for field in TABLE.pack.fields:
        assert cells(delivery, field) == expected(TABLE, field)


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_decimal_sign_is_recognised(decimal: str) -> None:
    assert read(TABLE.csv(decimal=decimal)).decimal == decimal


@pytest.mark.parametrize(
    ("before", "row"),
    [(b"sep=;\r\n", 2), (b"\r\n\r\n", 3), (b"TPT report\r\n;;\r\n", 3), (b'"two\nlines"\r\n', 2)],
)
def test_lines_before_the_header_are_skipped(before: bytes, row: int) -> None:
    delivery = read(before + TABLE.csv())
    assert delivery.inspection.header_row == row
    assert cells(delivery, "14") == expected(TABLE, "14")


def test_unix_and_old_mac_line_ends_are_read() -> None:
    for end in (b"\n", b"\r"):
        assert cells(read(TABLE.csv().replace(b"\r\n", end)), "1000") == expected(TABLE, "1000")


def test_blank_rows_are_left_out_but_counted() -> None:
    lines = TABLE.csv().split(b"\r\n")
    for blank in (b"", b";" * 151):
        data = b"\r\n".join([*lines[:3], blank, *lines[3:]])
        assert list(read(data).row_numbers) == [1, 2, *range(4, 14)]


def test_short_rows_are_filled_up_and_wide_ones_noted() -> None:
    lines = TABLE.csv().split(b"\r\n")
    lines[2] = b";".join(lines[2].split(b";")[:30])
    lines[4] += b";surplus"
    lines[5] += b";"
    delivery = read(b"\r\n".join(lines))
    assert delivery.too_wide == [3]
    assert delivery.row_numbers[3] == 4
    assert cells(delivery, "1000")[1] == ""
    assert cells(delivery, "14") == expected(TABLE, "14")


def test_a_stray_quote_does_not_swallow_rows() -> None:
    lines = TABLE.csv(delimiter="|").split(b"\r\n")
    name = expected(TABLE, "17")[2].encode()
    lines[3] = lines[3].replace(name, b'"' + name)
    delivery = read(b"\r\n".join(lines))
    assert len(delivery.row_numbers) == 12
    assert cells(delivery, "17")[2] == '"' + name.decode()


def test_stray_quotes_that_end_one_another_do_not_join_rows() -> None:
    lines = TABLE.csv(delimiter="|").split(b"\r\n")
    opened, closed = (expected(TABLE, "17")[i].encode() for i in (2, 3))
    lines[3] = lines[3].replace(opened, b'"' + opened)
    lines[4] = lines[4].replace(closed, closed[:3] + b'"' + closed[3:])
    delivery = read(b"\r\n".join(lines))
    assert len(delivery.row_numbers) == 12
    assert cells(delivery, "17")[2] == '"' + opened.decode()
    assert cells(delivery, "14") == expected(TABLE, "14")


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a\r\n", b"\0\0\0"])
def test_what_older_systems_write_behind_the_last_row_is_no_row(end: bytes) -> None:
    assert len(read(TABLE.csv() + end).row_numbers) == 12


def test_headers_may_be_wrapped_in_their_cells() -> None:
    header, _, rows = TABLE.csv().partition(b"\r\n")
    wrapped = b";".join(b'"' + name.replace(b"_", b"\n") + b'"' for name in header.split(b";"))
    delivery = read(wrapped + b"\r\n" + rows)
    assert cells(delivery, "14") == expected(TABLE, "14")


def test_a_header_that_is_repeated_among_the_rows_is_left_out_and_said() -> None:
    lines = TABLE.csv().split(b"\r\n")
    delivery = read(b"\r\n".join([*lines[:5], lines[0], *lines[5:]]))
    assert cells(delivery, "14") == expected(TABLE, "14")
    assert list(delivery.row_numbers) == [1, 2, 3, 4, *range(6, 14)]
    assert [note["code"] for note in delivery.inspection.notes] == ["HEADER_REPEATED"]
    assert read(TABLE.csv()).inspection.notes == []


def test_rows_that_repeat_the_header_keep_the_place_of_shifted_ones() -> None:
    lines = TABLE.csv().split(b"\r\n")
    lines[6] += b";x"
    delivery = read(b"\r\n".join([*lines[:5], lines[0] + b";Remark", *lines[5:]]))
    assert [int(delivery.row_numbers[i]) for i in delivery.too_wide] == [7]


@pytest.mark.parametrize("headers", [["path", "name"], ["name", "key"], ["key", "name"]])
def test_the_data_begin_below_the_last_of_several_headers(headers: list[str]) -> None:
    rows = TABLE.csv().split(b"\r\n")[1:]
    heads = [
        ";".join(getattr(field, what) for field in TABLE.pack.fields.values()).encode() for what in headers
    ]
    delivery = read(b"\r\n".join([*heads, *rows]))
    assert delivery.inspection.header_row == 2
    assert delivery.inspection.confidence > 0.95
    assert cells(delivery, "14") == expected(TABLE, "14")


@pytest.mark.parametrize(
    ("delimiter", "quantity", "value", "weight", "decimal"),
    [
        (",", '"1,500"', '"18,075.00"', "64%", "."),
        (",", '"1,500"', "18075", "64", "."),
        (";", "1.500", "18.075,00", "64,5", ","),
        (";", "1,500", "18.075,00", "64", ","),
        (";", "1,500", "18075", "64", ","),
        (";", "1.500", "1.018.075", "64", ","),
        (";", "1,500", "1,018,075", "64", "."),
        (";", "0.500", "18075.5", "64", "."),
    ],
)
def test_thousands_marks_do_not_pass_for_decimal_signs(
    delimiter: str, quantity: str, value: str, weight: str, decimal: str
) -> None:
    rows = [["ISIN", "Name", "Quantity", "Market value", "Weight"]]
    rows += [["DE0007164600", "SAP", quantity, value, weight]] * 2
    text = "\n".join(delimiter.join(row) for row in rows)
    assert inspect_file(text.encode()).decimal == decimal


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    table = tpt(rows=5, seed=3)
    table.rows[1]["17"] = 'A; "quoted"\nname'
    assert cells(read(table.csv()), "17") == expected(table, "17")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_cell_of_several_lines_reads_the_same_however_lines_end(end: str) -> None:
    table = tpt(rows=3, seed=11)
    table.rows[1]["17"] = "one\n\ntwo"
    data = table.csv().replace(b"\r\n", b"\n").replace(b"\n", end.encode())
    assert cells(read(data), "17") == expected(table, "17")


def test_text_of_cells_in_workbooks_survives() -> None:
    for data in (TABLE.xlsx(), TABLE.xls()):
        delivery = read(data)
        for field in ("1", "14", "17", "47", "6", "15", "1000"):
            assert cells(delivery, field) == expected(TABLE, field)
        assert list(map(float, cells(delivery, "24"))) == list(map(float, expected(TABLE, "24")))


def test_the_sheet_with_the_table_is_found_wherever_it_stands() -> None:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        book.add_worksheet("Cover").write(0, 0, "TPT report")
        page = book.add_worksheet("Data")
        page.write_row(3, 0, TABLE.headers)
        page.write_row(4, 0, TABLE.cells(TABLE.rows[0]))
    inspection = inspect_file(sink.getvalue())
    assert (inspection.sheet, inspection.header_row) == ("Data", 4)


def test_an_empty_form_and_a_hidden_sheet_give_way_to_the_data() -> None:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        old, form, page = (book.add_worksheet(name) for name in ("Old", "Form", "Data"))
        for sheet in (old, form, page):
            sheet.write_row(0, 0, TABLE.headers)
        for sheet in (old, page):
            sheet.write_row(1, 0, TABLE.cells(TABLE.rows[0]))
        page.activate()
        old.hide()
    inspection = inspect_file(sink.getvalue())
    assert inspection.sheet == "Data"
    (note,) = inspection.notes
    assert "not checked: “Form”, “Old”" in note["text"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"),
        (-3.0, "-3"),
        (0.1 + 0.2, "0.3"),
        (5.220000000000001, "5.22"),
        (789785809.89, "789785809.89"),
        (9.598002014e19, "9.598002014e+19"),
        (True, "TRUE"),
        ("007", "007"),
        (dt.date(2025, 12, 31), "2025-12-31"),
        (dt.datetime(2025, 12, 31), "2025-12-31"),
        (dt.datetime(2025, 12, 31, 8, 30), "2025-12-31 08:30:00"),
    ],
)
def test_cells_become_the_text_a_person_reads(cell: object, text: str) -> None:
    assert text_of(cell) == text


def test_a_source_tells_its_kind() -> None:
    files = [TABLE.csv(), TABLE.xlsx(), TABLE.xls(), TABLE.csv(encoding="utf-16")]
    assert [open_source(data).kind for data in files] == ["csv", "xlsx", "xls", "csv"]
