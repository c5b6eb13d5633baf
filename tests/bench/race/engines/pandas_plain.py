"""Plain pandas: one boolean series per rule."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from tests.bench.race.identifiers import CHECKS
from tests.bench.race.rules import BY_ID, GROUP_KINDS, NUMBER, RULES, Rule

Findings = dict[str, pd.Series]


def parse(path: Path) -> pd.DataFrame:
    """Every cell as text, blank as missing."""
    options = {"dtype": str, "keep_default_na": False, "na_values": [""]}
    return (
        pd.read_excel(path, engine="calamine", **options)
        if path.suffix == ".xlsx"
        else pd.read_csv(path, **options)
    )


def numbers(cells: pd.Series) -> pd.Series:
    """Numbers; missing where there is none."""
    return pd.to_numeric(cells.where(cells.str.match(NUMBER, na=False)), errors="coerce")


def dates(cells: pd.Series) -> pd.Series:
    """Dates that exist; missing where there is none."""
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")


def failing(table: pd.DataFrame, rule: Rule) -> pd.Series:
    """True on the rows that break the rule."""
    cells, params = table[rule.field], rule.params
    match rule.kind:
        case "required":
            return cells.isna()
        case "number":
            return cells.notna() & ~cells.str.match(NUMBER, na=False)
        case "date":
            return cells.notna() & dates(cells).isna()
        case "range":
            found = numbers(cells)
            return found.notna() & ~found.between(params["low"], params["high"])
        case "list":
            return cells.notna() & ~cells.isin(params["codes"])
        case "pattern":
            return cells.notna() & ~cells.str.match(params["pattern"], na=False)
        case "isin" | "lei":
            return cells.notna() & ~cells.map(CHECKS[rule.kind], na_action="ignore").fillna(True).astype(bool)
        case "filled_if":
            return driver(table, rule).isin(params["values"]) & cells.isna()
        case "product":
            first, second = (numbers(table[name]) for name in params["factors"])
            expected = first * second
            return (expected - numbers(cells)).abs() > params["tolerance"] * expected.abs().clip(lower=1.0)
        case "not_above":
            read = numbers if params["type"] == "number" else dates
            return read(cells) > read(table[params["other"]])
        case "equal_if":
            other = table[params["other"]]
            return (
                driver(table, rule).isin(params["values"]) & cells.notna() & other.notna() & (cells != other)
            )
        case "unique":
            keys = table[params["keys"]]
            return keys.duplicated(keep=False) & keys.notna().all(axis=1)
    return failing_groups(table, rule)


def failing_groups(table: pd.DataFrame, rule: Rule) -> pd.Series:
    """True on the first row of each group that breaks the rule."""
    group, params = table[rule.params["group"]], rule.params
    first = group.notna() & ~group.duplicated()
    if rule.kind == "constant":
        return first & (table[rule.field].groupby(group).transform("nunique") > 1)
    found = sums(table, rule)
    if rule.kind == "sum":
        return first & ((found - params["target"]).abs() > params["tolerance"])
    total = numbers(table[params["total"]]).where(first).groupby(group).transform("first")
    return first & ((found - total).abs() > params["tolerance"] * total.abs())


def sums(table: pd.DataFrame, rule: Rule) -> pd.Series:
    """The sum of the rule's group, on each of its rows."""
    return numbers(table[rule.field]).groupby(table[rule.params["group"]]).transform("sum")


def driver(table: pd.DataFrame, rule: Rule) -> pd.Series:
    """What the condition looks at: a cell or one of its characters."""
    cells, at = table[rule.params["driver"]], rule.params.get("at")
    return cells if at is None else cells.str[at]


def values(table: pd.DataFrame, rule: Rule, rows: pd.Index) -> pd.Series:
    """What a finding shows."""
    if rule.kind in GROUP_KINDS and rule.kind != "constant":
        return sums(table, rule)[rows].map("{:.6g}".format)
    return table.loc[rows, rule.field]


def validate(table: pd.DataFrame) -> Findings:
    """Values of the failing rows by rule."""
    masks = {rule.id: failing(table, rule) for rule in RULES}
    return {name: values(table, BY_ID[name], table.index[mask]) for name, mask in masks.items() if mask.any()}


def canonical(_: pd.DataFrame, findings: Findings) -> Iterator[tuple[object, ...]]:
    """(rule, row, field, value)."""
    for name, cells in findings.items():
        for row, value in cells.items():
            yield name, row, BY_ID[name].field, None if pd.isna(value) else value
