"""Tables and layouts as files: csv, Parquet, JSON lines, xlsx. Decimals are written in full, dates as ISO."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa

from ingestion.pipeline.harmless import harmless
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.transform.layouts import Layout
from ingestion.pipeline.transform.values import NUMBER

MOST_SHEET_ROWS = 200_000
"""A workbook is made in memory; csv, Parquet and JSON lines have no limit."""
TABLE_FORMATS = ("csv", "parquet", "jsonl", "xlsx")
LAYOUT_FORMATS = ("csv", "xlsx")
_BATCH = 5_000
_NUMBERS = (pa.types.is_decimal, pa.types.is_integer)


def write_table(table: pa.Table, form: str, target: BinaryIO) -> None:
    """One table in a format of TABLE_FORMATS."""
    if form == "parquet":
        from pyarrow import parquet  # imported here: only this format needs it

        parquet.write_table(table, target, compression="zstd")
    elif form == "jsonl":
        for start in range(0, table.num_rows, _BATCH):
            target.write(_json_lines(table.slice(start, _BATCH)))
    else:
        columns = [_texts(table.column(name)) for name in table.column_names]
        numeric = [any(test(kind) for test in _NUMBERS) for kind in table.schema.types]
        _write(form, table.column_names, columns, numeric, ",", target)


def write_layout(layout: Layout, form: str, target: BinaryIO) -> None:
    """An official layout in a format of LAYOUT_FORMATS."""
    columns = [_column_texts(column) for column in layout.columns]
    # Any text may stand in a number's column of a file: in csv it must be made harmless too.
    numeric = layout.numeric if form == "xlsx" else [False] * len(columns)
    _write(form, layout.headers, columns, numeric, ";", target)


def _write(
    form: str,
    headers: Sequence[str],
    columns: list[list[str]],
    numeric: list[bool],
    delimiter: str,
    target: BinaryIO,
) -> None:
    if form == "xlsx":
        _workbook(headers, columns, numeric, target)
        return
    safe = [values if number else _harmless(values) for values, number in zip(columns, numeric, strict=True)]
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerows(zip(*safe, strict=True))
    text.detach()


def _workbook(
    headers: Sequence[str], columns: list[list[str]], numeric: list[bool], target: BinaryIO
) -> None:
    """A sheet without formulas and links; a number that Excel would round is written as text."""
    import xlsxwriter  # imported here: only this format needs it

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("Data")
        bold = book.add_format({"bold": True})
        for place, (header, values, number) in enumerate(zip(headers, columns, numeric, strict=True)):
            sheet.write_string(0, place, header, bold)
            for row, value in enumerate(values, start=1):
                if number and _is_exact(value):
                    sheet.write_number(row, place, float(value))
                elif value:
                    sheet.write_string(row, place, value)
        sheet.freeze_panes(1, 0)


def _is_exact(text: str) -> bool:
    """Whether a spreadsheet's number says the same."""
    return bool(NUMBER.fullmatch(text)) and Decimal(repr(float(text))) == Decimal(text)


def _json_lines(table: pa.Table) -> bytes:
    """One object per row; decimals as texts, so that no reader rounds them; nulls are left out."""
    names = table.column_names
    columns = [
        column.to_pylist() if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
        else [text or None for text in _texts(column)]
        for column in table.columns
    ]  # fmt: skip
    rows: Iterable[dict[str, Any]] = (
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Every value as text, worked out once per distinct value; a null is empty."""
    kind = column.type
    if not len(column):
        return []
    encoded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
    encoded = encoded.unify_dictionaries().combine_chunks()
    write = _writer(kind)
    texts = [write(value) for value in encoded.dictionary.to_pylist()]
    return [texts[code] if code is not None else "" for code in encoded.indices.to_pylist()]


def _writer(kind: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_decimal(kind):
        return plain
    if pa.types.is_date(kind):
        return lambda day: str(day.isoformat())
    if pa.types.is_boolean(kind):
        return lambda flag: "true" if flag else "false"
    return str


def plain(number: Decimal) -> str:
    """A decimal without exponent and without zeros at the end."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _column_texts(column: Column) -> list[str]:
    values = [value.strip() for value in column.values]
    return [values[code] for code in column.codes.tolist()]


def _harmless(values: list[str]) -> list[str]:
    known: dict[str, str] = {}
    return [known[value] if value in known else known.setdefault(value, harmless(value)) for value in values]
