"""Rows as csv and JSON in pieces, sent while they are read; no cell can become a formula."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ingestion.pipeline.harmless import harmless

BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page
LINES = 500  # of one piece


def csv_pieces(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """UTF-8 csv: the names of the columns, then a line for each row."""
    text = io.StringIO(newline="")
    text.write(BOM)
    lines = csv.writer(text)
    lines.writerow(columns)
    coming = iter(rows)
    while some := list(islice(coming, LINES)):
        lines.writerows([_cell(value) for value in row] for row in some)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def json_pieces(head: dict[str, Any], rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One object: what stands in the head, then the rows as `records`, one a line."""
    yield json.dumps(head | {"records": []}, ensure_ascii=False)[: -len("]}")].encode()
    before, coming = "\n", iter(rows)
    while some := list(islice(coming, LINES)):
        yield (before + ",\n".join(json.dumps(row, ensure_ascii=False) for row in some)).encode()
        before = ",\n"
    yield b"\n]}\n"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None else harmless(str(value))
