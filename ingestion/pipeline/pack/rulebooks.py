"""A rulebook file -> the rules that stand in it.

A rule may be repeated for each line of a small table of the same file:

    [lines]
    indicator = ["value coverage", "30020 30040", "30060 30080"]

    [[rule]]
    lines = "indicator"
    each = [{ field = "{value}", when = "{coverage} > 0" }]

The first line names the columns; an entry that uses a column is left out on lines where it is `-`.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.pipeline.errors import PackError

Line = dict[str, str]


def read_rulebook(path: Path) -> list[dict[str, Any]]:
    """All rules in their order. Raises PackError for a table that is not there or not even."""
    data = tomllib.loads(path.read_text("utf-8"))
    tables = {name: list(_lines(path, name, texts)) for name, texts in data.get("lines", {}).items()}
    return [_repeated(path, spec, tables) if "lines" in spec else spec for spec in data["rule"]]


def _lines(path: Path, name: str, texts: list[str]) -> Iterator[Line]:
    columns, *rows = map(str.split, texts)
    for row in rows:
        if len(row) != len(columns):
            raise PackError(f"{path.stem}: a line of the table {name} has not one word per column")
        yield dict(zip(columns, row, strict=True))


def _repeated(path: Path, spec: dict[str, Any], tables: dict[str, list[Line]]) -> dict[str, Any]:
    name = spec["lines"]
    if name not in tables:
        raise PackError(f"{path.stem}: rule {spec.get('id')} names the unknown table {name}")
    entries = [_filled(entry, line) for line in tables[name] for entry in spec.get("each", ())]
    rest = {key: value for key, value in spec.items() if key != "lines"}
    return rest | {"each": [entry for entry in entries if entry is not None]}


def _filled(entry: dict[str, Any], line: Line) -> dict[str, Any] | None:
    """The entry with this line's words in place of the names of the columns; None if one of them is `-`."""
    for column, word in line.items():
        if word == "-" and f"{{{column}}}" in str(entry):
            return None
    return {key: _replaced(value, line) for key, value in entry.items()}


def _replaced(value: Any, line: Line) -> Any:
    if isinstance(value, list):
        return [_replaced(part, line) for part in value]
    if isinstance(value, str):
        for column, word in line.items():
            value = value.replace(f"{{{column}}}", word)
    return value
