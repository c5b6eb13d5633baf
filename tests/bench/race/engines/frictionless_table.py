"""frictionless: a table schema with types and constraints, the other rules as a check of its own."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
from frictionless import Check, Checklist, Resource, Row, Schema, errors, system

from tests.bench.race import row_rules
from tests.bench.race.identifiers import CHECKS
from tests.bench.race.layout import COLUMNS, Column
from tests.bench.race.rules import REQUIRED, RULES

_RULE = {(rule.field, rule.kind): rule for rule in RULES}
_DIGITS = [rule for rule in RULES if rule.kind in CHECKS]
_CONSTRAINTS = {"minimum": "range", "maximum": "range", "enum": "list", "pattern": "pattern"}
_MARK = "\x1f"


def _field(column: Column) -> dict[str, Any]:
    limits = _RULE.get((column.name, "range"))
    constraints: dict[str, Any] = {"required": True} if column.name in REQUIRED else {}
    if limits:
        constraints |= {"minimum": limits.params["low"], "maximum": limits.params["high"]}
    if column.codes:
        constraints["enum"] = list(column.codes)
    if column.pattern:
        constraints["pattern"] = column.pattern
    kind = column.kind if column.kind in ("number", "date") else "string"
    described = {"name": column.name, "type": kind, "constraints": constraints}
    return described | ({"floatNumber": True} if kind == "number" else {})


SCHEMA = Schema.from_descriptor({"fields": list(map(_field, COLUMNS)), "missingValues": [""]})


class RowBroken(errors.RowError):
    """A rule over the cells of a row."""

    type = "row-rule"
    title = "rule"
    description = "a rule over the cells of a row"
    template = "{note}"


class TableBroken(errors.TableError):
    """A rule over the table."""

    type = "table-rule"
    title = "rule"
    description = "a rule over the table"
    template = "{note}"


def _note(found: row_rules.Found) -> str:
    return _MARK.join(str("" if part is None else part) for part in found)


@attrs.define(kw_only=True, repr=False)
class Rules(Check):
    """Check digits, and what is not about one cell."""

    type = "rules"
    Errors = [RowBroken, TableBroken]
    seen: list[dict[str, str]] = attrs.field(factory=list)

    def validate_row(self, row: Row) -> Iterable[errors.RowError]:
        """One row."""
        cells = dict(zip(row.field_names, row.cells, strict=True))
        number = len(self.seen)
        self.seen.append(cells)
        for rule in _DIGITS:
            if cells[rule.field] and not CHECKS[rule.kind](cells[rule.field]):
                note = _note((rule.id, number, rule.field, cells[rule.field]))
                yield RowBroken.from_row(row, note=note)
        for found in row_rules.in_row(number, cells):
            yield RowBroken.from_row(row, note=_note(found))

    def validate_end(self) -> Iterable[errors.TableError]:
        """The whole table."""
        for found in row_rules.in_all(self.seen):
            yield TableBroken(note=_note(found))


def parse(path: Path) -> Path:
    """frictionless streams: reading is part of validating."""
    return path


def validate(path: Path) -> list[row_rules.Found]:
    """(rule, row, field, value)."""
    with system.use_context(trusted=True):
        report = Resource(path=str(path), schema=SCHEMA).validate(
            Checklist(checks=[Rules()]), limit_errors=10**9
        )
    return [_found(error) for task in report.tasks for error in task.errors]


def _found(error: Any) -> row_rules.Found:
    if _MARK in error.note:
        name, row, field, value = error.note.split(_MARK)
        return name, int(row), field, value
    if error.type == "type-error":
        kind = "number" if (error.field_name, "number") in _RULE else "date"
    else:
        constraint = error.note.split('"')[1]
        kind = _CONSTRAINTS.get(constraint, constraint)
    return _RULE[error.field_name, kind].id, error.row_number - 2, error.field_name, error.cell


def canonical(_: Path, findings: Iterable[row_rules.Found]) -> Iterator[row_rules.Found]:
    """As they are."""
    yield from findings
