"""Findings as csv and JSON, a row group at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from ingestion.pipeline.harmless import harmless
from portal.common.pieces import BOM
from portal.dashboard.exports.columns import Columns, spread

_HEAD = ("template", "version", "verdict", "counts", "ruleset_version", "day", "rows")


def findings_csv(parts: Iterable[pa.Table], *, several_files: bool = False) -> Iterator[bytes]:
    """The findings as UTF-8 csv."""
    return _csv(parts, Columns(several_files))


def findings_json(parts: Iterable[pa.Table], document: dict[str, Any]) -> Iterator[bytes]:
    """What was checked and by which rules, then the findings."""
    head = {name: document.get(name) for name in _HEAD}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "findings": ['
    before = "\n"
    for part in parts:
        if part.num_rows:
            yield (before + ",\n".join(_objects(part))).encode()
            before = ",\n"
    yield b"\n]}\n"


def _objects(part: pa.Table) -> list[str]:
    pattern = ", ".join(f'"{name}": %s' for name in part.column_names)
    columns = [
        spread(part[name], _json) if pa.types.is_dictionary(part[name].type) else part[name].to_pylist()
        for name in part.column_names
    ]
    return [f"{{{pattern}}}" % cells for cells in zip(*columns, strict=True)]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _csv(parts: Iterable[pa.Table], columns: Columns) -> Iterator[bytes]:
    yield BOM.encode() + _lines([columns.titles.values()])
    for part in parts:
        yield _lines(zip(*columns.of(part, harmless), strict=True))


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")
