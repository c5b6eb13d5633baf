"""A pack as a workbook to fill: official headers, types as comments, lists to choose from, instructions."""

import csv
import io
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.materials.wording import codes_of, presence_of, type_of
from ingestion.pipeline.pack import Pack

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

ROWS = 1_000
"""Rows below the header that offer the lists."""
MAX_LIST = 255
"""Characters a list may have within a cell's validation; longer ones are read from the sheet of codes."""
_NUMBERS = ("decimal", "fraction", "integer")
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def template_workbook(pack: Pack, rows: list[dict[str, str]] | None = None) -> bytes:
    """An xlsx with the pack's header and, if given, rows by field key. All cells but numbers are text."""
    import xlsxwriter  # imported here: checking files needs no writer

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, _OPTIONS) as book:
        data = book.add_worksheet(f"{pack.template} V{pack.version}")
        guide = book.add_worksheet("Instructions")
        codes = book.add_worksheet("Codes")
        places = _codes(book, codes, pack)
        _header(book, data, pack)
        _columns(data, pack, places)
        _rows(data, pack, rows or [])
        _instructions(book, guide, pack)
    return sink.getvalue()


def example_csv(pack: Pack, rows: list[dict[str, str]]) -> bytes:
    """The same rows as delimited text: semicolon, UTF-8, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([field.name for field in pack.fields.values()])
    writer.writerows([row.get(key, "") for key in pack.fields] for row in rows)
    return text.getvalue().encode()


def _header(book: "Workbook", page: "Worksheet", pack: Pack) -> None:
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    strong = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bold": True})
    text = book.add_format({"num_format": "@"})
    page.set_row(0, 75)
    page.freeze_panes(1, 0)
    for column, field in enumerate(pack.fields.values()):
        page.set_column(column, column, 18, None if field.type in _NUMBERS else text)
        mandatory = any(
            field.presence[profile.name] == "M" for profile in pack.profiles.values() if profile.default
        )
        page.write_string(0, column, field.name, strong if mandatory else plain)
        lines = [field.section, type_of(field), presence_of(pack, field)]
        page.write_comment(0, column, "\n".join(lines), {"x_scale": 2, "y_scale": 1})


def _columns(page: "Worksheet", pack: Pack, places: dict[str, tuple[int, int]]) -> None:
    """Closed lists to choose from; several codes in a cell cannot be offered as a list."""
    for column, field in enumerate(pack.fields.values()):
        if field.type != "enum" or field.multi:
            continue
        source: Any = list(field.codes)
        if len(",".join(source)) > MAX_LIST:
            first, last = places[field.key]
            source = f"=Codes!$B${first + 1}:$B${last + 1}"
        page.data_validation(
            1,
            column,
            ROWS,
            column,
            {
                "validate": "list",
                "source": source,
                "error_title": "Not in the list",
                "error_message": "Choose one of the codes of the sheet Codes, or leave the cell empty.",
                "error_type": "warning",
            },
        )


def _codes(book: "Workbook", page: "Worksheet", pack: Pack) -> dict[str, tuple[int, int]]:
    """One line per code; returns first and last row of each field."""
    page.write_row(0, 0, ["Field", "Code", "Meaning", "Column"], book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    page.set_column(0, 1, 12)
    page.set_column(2, 3, 45)
    places: dict[str, tuple[int, int]] = {}
    row = 0
    for field in pack.fields.values():
        first = row + 1
        for code, meaning in field.codes.items():
            row += 1
            for column, text in enumerate((field.key, code, meaning, field.name)):
                page.write_string(row, column, text)
        if field.codes:
            places[field.key] = first, row
    return places


def _rows(page: "Worksheet", pack: Pack, rows: list[dict[str, str]]) -> None:
    for number, row in enumerate(rows, 1):
        for column, field in enumerate(pack.fields.values()):
            text = row.get(field.key, "")
            if not text:
                continue
            if field.type in _NUMBERS:
                page.write_number(number, column, float(text))
            else:
                page.write_string(number, column, text)


def _instructions(book: "Workbook", page: "Worksheet", pack: Pack) -> None:
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 100, book.add_format({"text_wrap": True}))
    page.write_string(0, 0, f"{pack.template} {pack.version}: {pack.title}", book.add_format({"bold": True}))
    lines = [
        ("Rows", "Write one line per position or share class into the first sheet, below the header."),
        ("Header", "Leave the names of the columns as they are; their order does not matter."),
        ("Numbers", "Plain numbers without thousands marks or percent signs; a fraction of 0.05 means 5 %."),
        ("Dates", "As text, year-month-day: 2025-12-31."),
        (
            "Codes and identifiers",
            "The cells are formatted as text, so that zeros and long numbers stay whole.",
        ),
        ("Lists", "Cells with a closed list offer its codes; the sheet Codes says what they mean."),
        ("Bold columns", "Mandatory in at least one use that is checked unless switched off."),
        ("Comments", "The comment of each column name says its section, type and presence."),
    ]
    for number, (name, text) in enumerate(lines, 2):
        page.write_string(number, 0, name)
        page.write_string(number, 1, text)
    with_codes = sum(bool(codes_of(field)) for field in pack.fields.values())
    page.write_string(len(lines) + 3, 0, "Size")
    page.write_string(
        len(lines) + 3, 1, f"{len(pack.fields)} columns, {with_codes} of them with a list of codes."
    )
