"""The common schema: the csv files of ../schema, read once and checked against the pack that is used."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.pack.heads import heads

SCHEMA = Path(__file__).parents[1] / "schema"
TABLES = ("holdings", "share_classes", "esg", "esg_indicators", "costs")
TYPES = frozenset(["text", "code", "id_type", "flag", "decimal", "ratio", "fraction", "percent", "date"])
ITEM_TYPES = TYPES - {"text", "code", "id_type"}
"""What a value of a long table may be."""
_HEAD = ["column", "type", "unit", "description"]
_CELL = re.compile(r"(?P<names>.+?)(?: from (?P<first>[\d.]+))?(?: until (?P<last>[\d.]+))?")


@dataclass(frozen=True)
class Span:
    """The versions of a template, both ends included; an empty end is open."""

    first: str = ""
    last: str = ""

    def holds(self, version: str) -> bool:
        """Whether a version lies in it."""
        number = _number(version)
        return (not self.first or _number(self.first) <= number) and (
            not self.last or number <= _number(self.last)
        )


@dataclass(frozen=True)
class Source:
    """Where a column takes its values from.

    `kind` is `field` (the first filled of `fields`; one with a constant stands for that constant), `constant`
    or `item` (text, or field, that each item of a long table gives under the name `fields[0]`).
    """

    kind: str
    fields: tuple[str, ...]
    constants: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class ColumnSpec:
    """One column of a table."""

    name: str
    type: str
    unit: str
    description: str
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class TableSpec:
    """One table. A long one has `items`: one row per share class and item that is filled."""

    name: str
    columns: tuple[ColumnSpec, ...]
    templates: tuple[str, ...]
    items: tuple[Mapping[str, str], ...]

    def sources(self, pack: Pack) -> dict[str, Source]:
        """Column -> source for one template version; a column whose field it has dropped has none.

        Raises PackError on a field that no version has.
        """
        found = {
            column.name: source
            for column in self.columns
            if (source := column.sources.get(pack.template)) and source.span.holds(pack.version)
        }
        return {
            name: source
            for name, source in found.items()
            if source.kind != "field" or self._has(pack, name, source.fields)
        }

    def items_of(self, pack: Pack) -> list[Mapping[str, str]]:
        """The items of one template version. Raises PackError on a field that no version has."""
        names = {
            source.fields[0]
            for column in self.columns
            if (source := column.sources.get(pack.template)) and source.kind == "item"
        }
        return [
            item
            for item in self.items
            if item["template"] == pack.template
            and _span(item["versions"]).holds(pack.version)
            and self._has(pack, "an item", [item[name] for name in names if item[name]])
        ]

    def _has(self, pack: Pack, name: str, fields: tuple[str, ...] | list[str]) -> bool:
        """Whether a version has these fields; one that another version has may have been dropped."""
        missing = [field for field in fields if field not in pack.fields]
        for field in missing:
            if not any(field in head.names for head in heads(pack.template)):
                raise PackError(f"schema {self.name}: {name} names {field}, which {pack.name} does not have")
        return not missing


@cache
def tables() -> MappingProxyType[str, TableSpec]:
    """All tables by name. Raises PackError on anything unknown."""
    return MappingProxyType({name: load_table(SCHEMA / f"{name}.csv") for name in TABLES})


@cache
def id_types() -> MappingProxyType[str, str]:
    """Kinds of identifiers: the templates' code, or the name itself, -> name."""
    rows = _read(SCHEMA / "id_types.csv")
    names = {row["name"]: row["name"] for row in rows}
    return MappingProxyType({row["code"]: row["name"] for row in rows} | names)


@cache
def kinds(pack: Pack) -> MappingProxyType[str, str]:
    """Field -> type of the column it feeds; a field that feeds none is left out."""
    found: dict[str, str] = {}
    for spec in tables().values():
        if pack.template not in spec.templates:
            continue
        sources, items = spec.sources(pack), spec.items_of(pack)
        for column in spec.columns:
            source = sources.get(column.name)
            if source and source.kind == "field":
                pairs = zip(source.fields, source.constants, strict=True)
                found |= {field: column.type for field, constant in pairs if not constant}
            elif source and source.kind == "item":
                found |= {item[source.fields[0]]: column.type for item in items if item[source.fields[0]]}
    return MappingProxyType(found)


def load_table(path: Path) -> TableSpec:
    """Read one table, and its items if there are any. Raises PackError."""
    rows = _read(path)
    if not rows or list(rows[0])[: len(_HEAD)] != _HEAD:
        raise PackError(f"schema {path.name} must begin with the columns {', '.join(_HEAD)}")
    templates = tuple(list(rows[0])[len(_HEAD) :])
    items = path.with_name(f"{path.stem}_items.csv")
    spec = TableSpec(
        path.stem,
        tuple(_column(path, row, templates) for row in rows),
        templates,
        tuple(MappingProxyType(row) for row in _read(items)) if items.exists() else (),
    )
    if len({column.name for column in spec.columns}) != len(spec.columns):
        raise PackError(f"schema {path.name} has a column twice")
    _check_items(spec)
    return spec


def _column(path: Path, row: dict[str, str], templates: tuple[str, ...]) -> ColumnSpec:
    if row["type"] not in TYPES:
        raise PackError(f"schema {path.name}: {row['column']} has the unknown type {row['type']}")
    sources = {template: _source(row[template]) for template in templates if row[template]}
    return ColumnSpec(row["column"], row["type"], row["unit"], row["description"], MappingProxyType(sources))


def _source(cell: str) -> Source:
    if cell[0] in "=@":
        return Source("constant" if cell[0] == "=" else "item", (cell[1:],), ("",), Span())
    match = _CELL.fullmatch(cell)
    assert match
    parts = [part.partition("=") for part in match["names"].split(" / ")]
    fields, constants = tuple(part[0] for part in parts), tuple(part[2] for part in parts)
    return Source("field", fields, constants, Span(match["first"] or "", match["last"] or ""))


def _check_items(spec: TableSpec) -> None:
    for column in spec.columns:
        for source in column.sources.values():
            if source.kind == "field":
                continue
            if source.kind == "item" and column.type not in ITEM_TYPES:
                raise PackError(f"schema {spec.name}: {column.name} cannot come from items as {column.type}")
            if not all(source.fields[0] in item for item in spec.items) or not spec.items:
                raise PackError(f"schema {spec.name}: the items have no {source.fields[0]}")


def _span(text: str) -> Span:
    match = _CELL.fullmatch(f"x {text}".strip())
    if not match or match["names"] != "x":
        raise PackError(f"schema: {text} is no range of versions")
    return Span(match["first"] or "", match["last"] or "")


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    if any(None in row or None in row.values() for row in rows):
        raise PackError(f"schema {path.name} has a line with too many or too few cells")
    return rows
