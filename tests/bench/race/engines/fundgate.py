"""Fundgate's engine by its public entry points, the rules as a pack.

The engine explains more than the race asks: a finding carries severity, portfolio, message. `canonical`
reduces what it says about groups to the race's form: the fund's first row, each of the rows that are alike.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.pipeline import Delivery, Inspection, Validation, parse_file
from ingestion.pipeline import validate as validate_delivery
from ingestion.pipeline.pack import Pack, load_pack
from ingestion.pipeline.readers import csv_text  # noqa: F401 - the peers load their reader on import, too
from ingestion.pipeline.rules.rule import rules_of
from tests.bench.race.layout import FUND, NAMES
from tests.bench.race.pack import write_pack
from tests.bench.race.rules import BY_ID

with tempfile.TemporaryDirectory() as _folder:
    PACK = load_pack(write_pack(Path(_folder) / "race-1.0"))
rules_of(PACK)  # read once per process, as the peers build their schemas when they are imported


def inspection(pack: Pack, names: list[str], workbook: bool) -> Inspection:
    """What recognition would say: the layout of the race is no template of the product."""
    return Inspection(
        kind="xlsx" if workbook else "csv",
        encoding=None if workbook else "utf-8",
        delimiter=None if workbook else ",",
        decimal=".",
        sheet="Positions" if workbook else None,
        header_row=1,
        template=pack.template,
        version=pack.version,
        confidence=1.0,
        reason="",
        mapped={name: place for place, name in enumerate(names)},
    )


def parse(path: Path) -> Delivery:
    """Bytes to an encoded table."""
    return parse_file(path.read_bytes(), inspection(PACK, NAMES, path.suffix == ".xlsx"), PACK)


def validate(delivery: Delivery) -> Validation:
    """All rules, and the findings table."""
    return validate_delivery(delivery, PACK)


def canonical(delivery: Delivery, validation: Validation) -> Iterator[tuple[object, ...]]:
    """(rule, row, field, value)."""
    kinds = {rule.id: rule.kind for rule in BY_ID.values()}
    return reduced(delivery, validation, kinds, FUND)


def reduced(
    delivery: Delivery, validation: Validation, kinds: dict[str, str], fund: str
) -> Iterator[tuple[Any, ...]]:
    """Findings in the race's form, given the race's kind of each rule and the field that groups rows."""
    first: dict[str, int] = {}
    funds = delivery.columns[fund]
    for row, code in enumerate(funds.codes.tolist()):
        first.setdefault(funds.values[code], row)

    def cell(field: str, row: int) -> str:
        column = delivery.columns[field]
        return column.values[column.codes[row]]

    seen = set()
    for found in validation.findings.to_pylist():
        rule, field, row = found["rule"], found["field"], found["row"] - 1
        kind = kinds[rule]
        if kind in ("sum", "sum_of"):
            yield rule, first[found["portfolio"]], field, f"{float(found['value']):.6g}"
            continue
        rows = {row}
        if kind == "constant":
            rows = {first[found["portfolio"]]}
        elif kind == "unique":
            other = re.search(r"(\d+)\.$", found["message"])
            rows |= {int(other[1]) - 1} if other else set()
        for row in rows - {row for name, row in seen if name == rule}:
            if kind in ("constant", "unique"):
                seen.add((rule, row))
            yield rule, row, field, cell(field, row)
