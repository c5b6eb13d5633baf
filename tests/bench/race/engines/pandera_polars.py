"""pandera on polars: column checks in a schema, rules over several columns as checks of the frame, lazily."""

from pathlib import Path

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from tests.bench.race.engines import polars_plain as plain
from tests.bench.race.layout import NAMES
from tests.bench.race.rules import CELL_KINDS, NUMBER, RULES, Rule


def parse(path: Path) -> pl.DataFrame:
    """Every cell as text, blank as null."""
    return plain.parse(path)


def _column_check(rule: Rule) -> pa.Check:
    """What pandera brings where it does, else an expression."""
    match rule.kind:
        case "number":
            return pa.Check.str_matches(NUMBER, error=rule.id)
        case "pattern":
            return pa.Check.str_matches(rule.params["pattern"], error=rule.id)
        case "list":
            return pa.Check.isin(rule.params["codes"], error=rule.id)
    return _check(rule)


def _check(rule: Rule) -> pa.Check:
    right = (~plain.failing(rule)).fill_null(True)
    return pa.Check(lambda data: data.lazyframe.select(right.alias(data.key or "right")), error=rule.id)


_REQUIRED = {rule.field: rule.id for rule in RULES if rule.kind == "required"}
_CHECKS: dict[str, list[pa.Check]] = {name: [] for name in NAMES}
for _rule in RULES:
    if _rule.kind in CELL_KINDS:
        _CHECKS[_rule.field].append(_column_check(_rule))
SCHEMA = pa.DataFrameSchema(
    {name: pa.Column(pl.String, checks=_CHECKS[name], nullable=name not in _REQUIRED) for name in NAMES},
    checks=[_check(rule) for rule in RULES if rule.kind not in (*CELL_KINDS, "required")],
)


def validate(table: pl.DataFrame) -> plain.Findings:
    """pandera's failure cases by rule, the values looked up by their row."""
    try:
        SCHEMA.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return {}
    named = pl.col("column").replace_strict(_REQUIRED, default=None)
    rule = pl.when(pl.col("check") == "not_nullable").then(named).otherwise(pl.col("check"))
    groups = cases.select(rule.alias("rule"), "index").group_by("rule")
    return {name: plain.at_rows(table, name, rows["index"]) for (name,), rows in groups}


canonical: object = plain.canonical
"""(rule, row, field, value)."""
