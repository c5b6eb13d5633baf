"""A delivery as a file again: its columns under the official headers, its rows where they stood."""

import csv
import io
from collections.abc import Iterator

from ingestion.pipeline.annotated.cells import cell_of
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.pack import find_pack

_NUMBERS = ("decimal", "fraction", "integer")
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class CannotBeWritten(ValueError):
    """No file could be made that is read as the very same rows."""


def written(delivery: Delivery, kind: str) -> tuple[bytes, str]:
    """The file and its kind: a workbook for xlsx and xls, else csv. It is read again to prove it.

    What a workbook would not give back exactly becomes csv. Raises CannotBeWritten.
    """
    ways = [("xlsx", as_xlsx)] if kind in ("xlsx", "xls") else []
    for name, write in [*ways, ("csv", as_csv)]:
        data = write(delivery)
        if _same(delivery, data):
            return data, name
    raise CannotBeWritten


def as_csv(delivery: Delivery) -> bytes:
    """Semicolons, UTF-8, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_headers(delivery))
    number = 1
    for row, cells in _rows(delivery):
        text.write("\r\n" * (row - number))
        writer.writerow(cells)
        number = row + 1
    return text.getvalue().encode()


def as_xlsx(delivery: Delivery) -> bytes:
    """One sheet; numbers are numbers where they read exactly as delivered, all else is text."""
    import xlsxwriter  # imported here: reading files needs no writer

    pack = find_pack(delivery.template, delivery.version)
    numeric = [pack.fields[field].type in _NUMBERS for field in delivery.columns]
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, _OPTIONS) as book:
        sheet = book.add_worksheet(f"{delivery.template} V{delivery.version}"[:31])
        sheet.freeze_panes(1, 0)
        for place, header in enumerate(_headers(delivery)):
            sheet.write_string(0, place, header)
        for row, cells in _rows(delivery):
            for place, text in enumerate(cells):
                value = cell_of(text, numeric[place])
                if isinstance(value, float):
                    sheet.write_number(row, place, value)
                elif value:
                    sheet.write_string(row, place, value)
    return sink.getvalue()


def _headers(delivery: Delivery) -> list[str]:
    fields = find_pack(delivery.template, delivery.version).fields
    return [fields[field].name for field in delivery.columns]


def _rows(delivery: Delivery) -> Iterator[tuple[int, list[str]]]:
    texts = [[column.values[code] for code in column.codes.tolist()] for column in delivery.columns.values()]
    for row, *cells in zip(delivery.row_numbers.tolist(), *texts, strict=True):
        yield row, cells


def _same(delivery: Delivery, data: bytes) -> bool:
    """Whether a file is read as this template, these rows and these cells."""
    try:
        again = parse_file(data, inspect_file(data))
    except UnreadableFile:
        return False
    if (again.template, again.version, again.decimal) != (
        delivery.template,
        delivery.version,
        delivery.decimal,
    ):
        return False
    if again.too_wide or again.row_numbers.tolist() != delivery.row_numbers.tolist():
        return False
    if set(again.columns) != set(delivery.columns):
        return False
    return all(_trimmed(again, field) == _trimmed(delivery, field) for field in delivery.columns)


def _trimmed(delivery: Delivery, field: str) -> list[str]:
    column = delivery.columns[field].trimmed()
    return [column.values[code] for code in column.codes.tolist()]
