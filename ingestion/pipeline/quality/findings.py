"""The findings of the Quality step, in the schema of the findings table."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ingestion.pipeline import findings as schema
from ingestion.pipeline.arrays import integers, strings
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.rule import Rule, ranking

MAX_VALUE = 500


class Finding(NamedTuple):
    """One finding; row 0 is the fund or share class as a whole."""

    rule: Rule
    row: int
    portfolio: str
    file: str
    value: str
    message: str


def findings_table(findings: Iterable[Finding], pack: Pack) -> pa.Table:
    """Sorted as rules are, then by row, with the columns of the findings table."""
    fields, rank = pack.fields, ranking(pack)
    ordered = sorted(
        findings,
        key=lambda each: (*rank(each.rule.severity, each.rule.fields, each.rule.id), each.row),
    )
    texts: dict[str, list[str]] = {
        "severity": [each.rule.severity for each in ordered],
        "rule": [each.rule.id for each in ordered],
        "field": [each.rule.field for each in ordered],
        "field_name": [
            fields[each.rule.field].label if each.rule.field in fields else "" for each in ordered
        ],
        "portfolio": [_cut(each.portfolio) for each in ordered],
        "file": [each.file for each in ordered],
        "value": [_cut(each.value) for each in ordered],
        "message": [each.message for each in ordered],
    }
    rows = integers(np.array([each.row for each in ordered], np.int32))
    return pa.Table.from_arrays(
        [rows if name == "row" else strings(texts[name]) for name in schema.COLUMNS],
        names=list(schema.COLUMNS),
    )


def shown(number: float) -> str:
    """A number in a message; "" where there is none."""
    return f"{number:.10g}" if number == number else ""


def percent(share: float) -> str:
    """A share of 1 in a message."""
    return f"{share * 100:.4g} %"


def _cut(value: str) -> str:
    return value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
