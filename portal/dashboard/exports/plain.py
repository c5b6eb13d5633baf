"""Findings as csv and JSON, a row group at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from ingestion.pipeline.harmless import harmless
from portal.dashboard.exports.columns import Columns

BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page
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
        if lines := ",\n".join(json.dumps(finding, ensure_ascii=False) for finding in part.to_pylist()):
            yield (before + lines).encode()
            before = ",\n"
    yield b"\n]}\n"


def _csv(parts: Iterable[pa.Table], columns: Columns) -> Iterator[bytes]:
    yield BOM.encode() + _lines([columns.titles.values()])
    for part in parts:
        yield _lines(zip(*columns.of(part, harmless), strict=True))


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")
