"""Shortcuts of the core's tests."""

import io
import zipfile
from typing import Any

import pytest

from ingestion.pipeline import UnreadableFile, inspect_file, parse_file, validate
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.engine import Validation
from tests.tools.tables import Table


def read(data: bytes) -> Delivery:
    """From bytes to the cells."""
    return parse_file(data, inspect_file(data))


def check(data: bytes) -> Validation:
    """From bytes to the outcome, through every step."""
    return validate(read(data))


def findings(data: bytes) -> list[dict[str, Any]]:
    """All findings as dictionaries."""
    return check(data).findings.to_pylist()


def found(data: bytes) -> set[tuple[str, int, str]]:
    """(rule, row, field) of all findings."""
    return {(finding["rule"], finding["row"], finding["field"]) for finding in findings(data)}


def cells(delivery: Delivery, field: str) -> list[str]:
    """What a delivery holds in a field, row by row."""
    column = delivery.columns[field]
    return [column.values[code] for code in column.codes]


def expected(table: Table, field: str) -> list[str]:
    """What `cells` must be of the table that was written."""
    return [row.get(field, "") for row in table.rows]


def code_of(data: bytes) -> str:
    """The code in which a file that cannot be read ends; its message and its way out are there too."""
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    assert caught.value.message
    assert caught.value.how_to_fix
    return caught.value.code


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return sink.getvalue()
