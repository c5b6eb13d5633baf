"""A delivery in the official layout of another version: values carried over, what is missing said plainly."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import Field, Pack, find_pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.transform.cells import Cells
from ingestion.pipeline.transform.schema import SCHEMA, id_types, tables
from ingestion.pipeline.transform.values import NUMBER

_NUMERIC = ("decimal", "fraction", "integer")
_ORDER = {"M": 0, "C": 1, "O": 2, "I": 3, "": 4}


@dataclass(frozen=True)
class Layout:
    """Columns in the official order, which of them are numbers, and what could not be carried over.

    `missing`: fields nothing is known of, mandatory first; `blank`: mandatory cells that are empty although
    the column is there; `dropped`: fields with content that the layout has no column for; `codes`: codes
    that have no single successor. Each entry names field, name and, where it counts something, rows.
    """

    target: str
    headers: list[str]
    columns: list[Column]
    numeric: list[bool]
    missing: list[dict[str, Any]]
    blank: list[dict[str, Any]]
    dropped: list[dict[str, Any]]
    codes: list[dict[str, Any]]

    @property
    def complete(self) -> bool:
        """Nothing of the file is lost and no mandatory field is unknown; a blank cell was blank before."""
        mandatory = any(entry["presence"] == "M" for entry in self.missing)
        return not (mandatory or self.dropped or self.codes)


def layouts(template: str) -> list[str]:
    """Layouts a file of this template can be written in."""
    return [name for name, row in _layouts().items() if template in (row["template"], "HOLDINGS")]


def all_layouts() -> list[str]:
    """Names of all layouts."""
    return list(_layouts())


def to_layout(delivery: Delivery, target: str) -> Layout:
    """A delivery rearranged; the file's own spelling of every value is kept, but for the decimal sign."""
    entry = _layouts()[target]
    pack = find_pack(entry["template"], entry["version"])
    source = find_pack(delivery.template, delivery.version)
    carried = dict(delivery.columns) if source.template == pack.template else _by_schema(delivery, pack)
    rows = len(delivery.row_numbers)
    blank = Column(np.zeros(rows, np.int32), [""])
    version = Column(np.zeros(rows, np.int32), [entry["version_text"]])
    codes: list[dict[str, Any]] = []
    columns = []
    for key, field in pack.fields.items():
        column = version if key == pack.version_field else carried.get(key, blank)
        column = _renamed(column, _changes(source, pack).get(key, {}), field, codes)
        if delivery.decimal == "," and field.type in _NUMERIC:
            column = Column(column.codes, [_with_point(value) for value in column.values])
        columns.append(column)
    known = [key == pack.version_field or key in carried for key in pack.fields]
    return Layout(
        target,
        [field.name for field in pack.fields.values()],
        columns,
        [field.type in _NUMERIC for field in pack.fields.values()],
        _missing([field for field, has in zip(pack.fields.values(), known, strict=True) if not has], pack),
        [
            _entry(field) | {"rows": empty}
            for field, column, has in zip(pack.fields.values(), columns, known, strict=True)
            if has and field.presence[pack.profile] == "M" and (empty := _count(column, ""))
        ],
        _dropped(delivery, source, pack),
        codes,
    )


@cache
def _layouts() -> MappingProxyType[str, Mapping[str, str]]:
    with (SCHEMA / "layouts.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    for row in rows:
        find_pack(row["template"], row["version"])
    return MappingProxyType({row["target"]: row for row in rows})


def _changes(source: Pack, target: Pack) -> dict[str, dict[str, list[str]]]:
    """Field -> code -> its successors, between two versions in either direction."""
    if source.template != target.template:
        return {}
    with (SCHEMA / "code_changes.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, strict=True) if row["template"] == target.template]
    older, newer = sorted((_number(source.version), _number(target.version)))
    forward = _number(source.version) < _number(target.version)
    changes: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if not older < _number(row["version"]) <= newer:
            continue
        if row["field"] not in target.fields:
            raise PackError(f"schema: a code change names {row['field']}, which {target.name} does not have")
        old, new = (row["before"], row["since"]) if forward else (row["since"], row["before"])
        changes.setdefault(row["field"], {}).setdefault(old, []).append(new)
    return changes


def _renamed(
    column: Column, changes: dict[str, list[str]], field: Field, codes: list[dict[str, Any]]
) -> Column:
    """Codes with one successor are replaced; one with several is left as it is, and said."""
    for code, successors in changes.items():
        if len(successors) > 1 and (rows := _count(column, code)):
            codes.append(_entry(field) | {"code": code, "successors": successors, "rows": rows})
    single = {code: new[0] for code, new in changes.items() if len(new) == 1}
    if not single:
        return column
    return Column(column.codes, [single.get(value.strip(), value) for value in column.values])


def _by_schema(delivery: Delivery, pack: Pack) -> dict[str, Column]:
    """Fields of another template that mean the same, by way of the common schema."""
    cells = Cells(delivery)
    numbers = {name: code for code, name in id_types().items() if code != name}
    source = find_pack(delivery.template, delivery.version)
    found: dict[str, Column] = {}
    for table in tables().values():
        if not {pack.template, source.template} <= set(table.templates):
            continue
        theirs, ours = table.sources(source), table.sources(pack)
        for column in table.columns:
            mine, other = ours.get(column.name), theirs.get(column.name)
            if mine is None or other is None or mine.fields[0] in found:
                continue
            if not any(field in delivery.columns for field in other.fields):
                continue
            cell = cells.column(other, column.type)
            if column.type == "id_type":
                named = [id_types().get(value.strip().upper(), value) for value in cell.values]
                cell = Column(cell.codes, [numbers.get(name, name) for name in named])
            found[mine.fields[0]] = cell
    return found


def _dropped(delivery: Delivery, source: Pack, target: Pack) -> list[dict[str, Any]]:
    if source.template == target.template:
        kept = set(target.fields)
    else:
        theirs = [table.sources(source) for table in tables().values() if source.template in table.templates]
        both = [
            table for table in tables().values() if {source.template, target.template} <= set(table.templates)
        ]
        reach = {name for table in both for name in table.sources(target)}
        kept = {f for found in theirs for name, item in found.items() if name in reach for f in item.fields}
    return [
        _entry(field) | {"rows": rows}
        for key, field in source.fields.items()
        if key not in kept and key in delivery.columns and key != source.version_field
        if (rows := len(delivery.row_numbers) - _count(delivery.columns[key], ""))
    ]


def _missing(fields: list[Field], pack: Pack) -> list[dict[str, Any]]:
    entries = [_entry(field) | {"presence": field.presence[pack.profile]} for field in fields]
    return sorted(entries, key=lambda entry: _ORDER[str(entry["presence"])])


def _entry(field: Field) -> dict[str, Any]:
    return {"field": field.key, "name": field.name}


def _count(column: Column, text: str) -> int:
    """Rows with this text."""
    hits = np.array([value.strip() == text for value in column.values], np.bool_)[column.codes]
    return int(hits.sum())


def _with_point(value: str) -> str:
    pointed = value.strip().replace(",", ".")
    return pointed if "." not in value and NUMBER.fullmatch(pointed) else value


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
