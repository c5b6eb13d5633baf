"""dataframely: a schema with column checks and rules; its failure details say which row broke which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from tests.bench.race.engines import polars_plain as plain
from tests.bench.race.layout import NAMES
from tests.bench.race.rules import CELL_KINDS, RULES, Rule

_ROW = "row_in_file"
_REQUIRED = {rule.field: rule.id for rule in RULES if rule.kind == "required"}


def parse(path: Path) -> pl.DataFrame:
    """Text cells and a row number, for failures carry none."""
    return plain.parse(path).with_row_index(_ROW)


def _right(rule: Rule) -> pl.Expr:
    return (~plain.failing(rule)).fill_null(True)


def _check(rule: Rule) -> Callable[[pl.Expr], pl.Expr]:
    return lambda cells: _right(rule)


def _schema() -> type[dy.Schema]:
    checks: dict[str, dict[str, Any]] = {name: {} for name in NAMES}
    body: dict[str, Any] = {_ROW: dy.UInt32(nullable=False)}
    for rule in RULES:
        if rule.kind in CELL_KINDS:
            checks[rule.field][rule.id] = _check(rule)
        elif rule.kind != "required":
            body[rule.id] = dy.rule()(lambda cls, rule=rule: _right(rule))
    for name in NAMES:
        body[name] = dy.String(nullable=name not in _REQUIRED, check=checks[name] or None)
    return type("Positions", (dy.Schema,), body)


SCHEMA = _schema()


def validate(table: pl.DataFrame) -> plain.Findings:
    """Rows and values by rule."""
    _, failure = SCHEMA.filter(table)
    details = failure.details()
    found = {}
    for column in details.columns:
        field, _, check = column.rpartition("|")
        if _ROW in (field, column) or column in NAMES:
            continue
        name = _REQUIRED[field] if check == "nullability" else check.removeprefix("check__")
        rows = details.filter(pl.col(column) == "invalid")[_ROW]
        if len(rows):
            found[name] = plain.at_rows(table, name, rows)
    return found


canonical: object = plain.canonical
"""(rule, row, field, value)."""
