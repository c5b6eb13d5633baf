"""Plain polars: all rules as expressions of one lazy selection."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from tests.bench.race.identifiers import CHECKS
from tests.bench.race.rules import BY_ID, DATE, NUMBER, RULES, Rule

Findings = dict[str, pl.DataFrame]


def parse(path: Path) -> pl.DataFrame:
    """Every cell as text, blank as null."""
    return pl.read_csv(path, infer_schema=False)


def numbers(name: str) -> pl.Expr:
    """Numbers; null where there is none."""
    return pl.when(pl.col(name).str.contains(NUMBER)).then(pl.col(name)).cast(pl.Float64, strict=False)


def dates(name: str) -> pl.Expr:
    """Dates that exist; null where there is none."""
    written = pl.when(pl.col(name).str.contains(DATE)).then(pl.col(name))
    return written.str.to_date("%Y-%m-%d", strict=False)


def failing(rule: Rule) -> pl.Expr:
    """True on the rows that break the rule; null counts as false."""
    cells, params = pl.col(rule.field), rule.params
    match rule.kind:
        case "required":
            return cells.is_null()
        case "number":
            return ~cells.str.contains(NUMBER)
        case "date":
            return cells.is_not_null() & dates(rule.field).is_null()
        case "range":
            return ~numbers(rule.field).is_between(params["low"], params["high"])
        case "list":
            return ~cells.is_in(params["codes"])
        case "pattern":
            return ~cells.str.contains(params["pattern"])
        case "isin" | "lei":
            return ~cells.map_elements(CHECKS[rule.kind], return_dtype=pl.Boolean)
        case "filled_if":
            return driver(rule).is_in(params["values"]) & cells.is_null()
        case "product":
            first, second = map(numbers, params["factors"])
            expected = first * second
            band = params["tolerance"] * pl.max_horizontal(expected.abs(), pl.lit(1.0))
            # A missing factor makes no product; max_horizontal would pass over it.
            return (expected - numbers(rule.field)).abs() > band
        case "not_above":
            read = numbers if params["type"] == "number" else dates
            return read(rule.field) > read(params["other"])
        case "equal_if":
            return driver(rule).is_in(params["values"]) & (cells != pl.col(params["other"]))
        case "unique":
            filled = pl.all_horizontal(pl.col(params["keys"]).is_not_null())
            return pl.struct(params["keys"]).is_duplicated() & filled
    return failing_groups(rule)


def failing_groups(rule: Rule) -> pl.Expr:
    """True on the first row of each group that breaks the rule."""
    params = rule.params
    group = pl.col(params["group"])
    first = group.is_not_null() & group.is_first_distinct()
    if rule.kind == "constant":
        return first & (pl.col(rule.field).drop_nulls().n_unique().over(group) > 1)
    if rule.kind == "sum":
        return first & ((sums(rule) - params["target"]).abs() > params["tolerance"])
    total = numbers(params["total"]).first().over(group)
    return first & ((sums(rule) - total).abs() > params["tolerance"] * total.abs())


def sums(rule: Rule) -> pl.Expr:
    """The sum of the rule's group, on each of its rows."""
    return numbers(rule.field).sum().over(rule.params["group"])


def driver(rule: Rule) -> pl.Expr:
    """What the condition looks at: a cell or one of its characters."""
    cells, at = pl.col(rule.params["driver"]), rule.params.get("at")
    return cells if at is None else cells.str.slice(at, 1)


def at_rows(table: pl.DataFrame, name: str, rows: pl.Series) -> pl.DataFrame:
    """Rows and values of a rule's findings."""
    rule = BY_ID[name]
    if rule.kind in ("sum", "sum_of"):
        found = table.select(sums(rule)).to_series().gather(rows)
        values = pl.Series([f"{value:.6g}" for value in found], dtype=pl.String)
    else:
        values = table[rule.field].gather(rows)
    return pl.DataFrame({"row": rows.cast(pl.Int64), "value": values})


def validate(table: pl.DataFrame) -> Findings:
    """Rows and values by rule."""
    masks = table.lazy().select(failing(rule).fill_null(False).alias(rule.id) for rule in RULES).collect()
    rows = {mask.name: mask.arg_true() for mask in masks}
    return {name: at_rows(table, name, found) for name, found in rows.items() if len(found)}


def canonical(_: pl.DataFrame, findings: Findings) -> Iterator[tuple[object, ...]]:
    """(rule, row, field, value)."""
    for name, found in findings.items():
        for row, value in found.iter_rows():
            yield name, row, BY_ID[name].field, value
