"""pointblank on polars: a step per rule, findings from the extracts of the steps."""

from pathlib import Path

import pointblank as pb
import polars as pl

from tests.bench.race.engines import polars_plain as plain
from tests.bench.race.rules import NUMBER, RULES


def parse(path: Path) -> pl.DataFrame:
    """Every cell as text, blank as null."""
    return plain.parse(path)


def validate(table: pl.DataFrame) -> plain.Findings:
    """Rows and values by rule."""
    plan = pb.Validate(data=table)
    for rule in RULES:
        field = rule.field
        match rule.kind:
            case "required":
                plan = plan.col_vals_not_null(columns=field)
            case "number":
                plan = plan.col_vals_regex(columns=field, pattern=NUMBER, na_pass=True)
            case "pattern":
                plan = plan.col_vals_regex(columns=field, pattern=rule.params["pattern"], na_pass=True)
            case "list":
                plan = plan.col_vals_in_set(columns=field, set=[*rule.params["codes"], None])
            case _:
                plan = plan.col_vals_expr(expr=(~plain.failing(rule)).fill_null(True))
    plan = plan.interrogate(collect_extracts=True, collect_tbl_checked=False, extract_limit=10**9)
    extracts = plan.get_data_extracts()
    found = {}
    for step, rule in enumerate(RULES, 1):
        extract = extracts.get(step)
        if extract is not None and len(extract):
            found[rule.id] = plain.at_rows(table, rule.id, extract["_row_num_"].cast(pl.Int64) - 1)
    return found


canonical: object = plain.canonical
"""(rule, row, field, value)."""
