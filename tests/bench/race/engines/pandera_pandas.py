"""pandera on pandas: column checks in a schema, rules over several columns as checks of the frame, lazily."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from tests.bench.race.engines import pandas_plain as plain
from tests.bench.race.identifiers import CHECKS
from tests.bench.race.layout import NAMES
from tests.bench.race.rules import BY_ID, CELL_KINDS, NUMBER, RULES, Rule


def parse(path: Path) -> pd.DataFrame:
    """Every cell as text, blank as missing."""
    return plain.parse(path)


def _column_check(rule: Rule) -> pa.Check:
    """What pandera brings where it does, else a function."""
    match rule.kind:
        case "number":
            return pa.Check.str_matches(NUMBER, error=rule.id)
        case "pattern":
            return pa.Check.str_matches(rule.params["pattern"], error=rule.id)
        case "list":
            return pa.Check.isin(rule.params["codes"], error=rule.id)
        case "isin" | "lei":
            return pa.Check(CHECKS[rule.kind], element_wise=True, error=rule.id)
    return pa.Check(lambda cells: ~plain.failing(cells.to_frame(rule.field), rule), error=rule.id)


def _frame_check(rule: Rule) -> pa.Check:
    return pa.Check(lambda table: ~plain.failing(table, rule), error=rule.id, ignore_na=False)


_REQUIRED = {rule.field: rule.id for rule in RULES if rule.kind == "required"}
_CHECKS: dict[str, list[pa.Check]] = {name: [] for name in NAMES}
for _rule in RULES:
    if _rule.kind in CELL_KINDS:
        _CHECKS[_rule.field].append(_column_check(_rule))
SCHEMA = pa.DataFrameSchema(
    {name: pa.Column(None, checks=_CHECKS[name], nullable=name not in _REQUIRED) for name in NAMES},
    checks=[_frame_check(rule) for rule in RULES if rule.kind not in (*CELL_KINDS, "required")],
)


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """pandera's failure cases, of a check over the frame only the rule's own field."""
    try:
        SCHEMA.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return pd.DataFrame(columns=["rule", "index", "failure_case"])
    missing = cases["check"] == "not_nullable"
    cases = cases.assign(rule=cases["check"].mask(missing, cases["column"].map(_REQUIRED)))
    cases = cases[cases["column"] == cases["rule"].map({rule.id: rule.field for rule in RULES})]
    cases = cases.assign(failure_case=cases["failure_case"].astype(object))
    for rule in RULES:
        if rule.kind in ("sum", "sum_of"):
            own = cases["rule"] == rule.id
            rows = cases.loc[own, "index"]
            cases.loc[own, "failure_case"] = plain.values(table, rule, rows).to_numpy()
    return cases[["rule", "index", "failure_case"]]


def canonical(_: pd.DataFrame, findings: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """(rule, row, field, value)."""
    for name, row, value in findings.itertuples(index=False):
        yield name, int(row), BY_ID[name].field, None if pd.isna(value) else value
