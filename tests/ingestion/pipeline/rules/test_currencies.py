"""A currency that was replaced is a warning from that day on, and names what replaced it."""

import datetime as dt

import pytest

from ingestion.pipeline import validate
from ingestion.pipeline.pack import packs
from ingestion.pipeline.rules.rule import all_rules
from tests.ingestion.pipeline.support import findings
from tests.ingestion.pipeline.transform.support import delivery
from tests.tools.generate_samples import tpt

HELD = {"isin": "LU0000000009", "name": "A", "quantity": "1", "market_value": "2", "weight": "1"}


def retired(rows: list[dict[str, str]], today: str = "2025-12-31") -> list[tuple[int, str, str]]:
    """(row, field, message) of what the rules say about currencies of a list of holdings."""
    outcome = validate(delivery("HOLDINGS", "1.0", rows), today=dt.date.fromisoformat(today))
    return [
        (entry["row"], entry["field"], entry["message"])
        for entry in outcome.findings.to_pylist()
        if "-RETIRED-" in entry["rule"]
    ]


def test_the_valuation_date_decides() -> None:
    rows = [
        HELD | {"currency": currency, "valuation_date": day}
        for currency, day in [
            ("HRK", "2022-12-31"),
            ("HRK", "2023-01-01"),
            ("EUR", "2023-01-01"),
            ("DEM", "2024-06-30"),
        ]
    ]
    assert retired(rows) == [
        (2, "currency", "HRK was replaced by EUR on 2023-01-01."),
        (4, "currency", "DEM was replaced by EUR on 2002-01-01."),
    ]


@pytest.mark.parametrize("day", ["", "soon"])
@pytest.mark.parametrize(("today", "found"), [("2025-12-31", 0), ("2026-01-01", 1)])
def test_without_a_date_the_day_of_the_check_decides(day: str, today: str, found: int) -> None:
    rows = [HELD | {"currency": "BGN", "valuation_date": day}]
    assert len(retired(rows, today)) == found


def test_it_is_a_warning_and_no_wrong_code() -> None:
    table = tpt(rows=20, seed=3)
    table.rows[4]["21"] = "DEM"
    found = {(entry["rule"], entry["severity"], entry["row"]) for entry in findings(table.csv())}
    assert ("TPT-RETIRED-21", "warning", 5) in found
    assert "TPT-FORMAT-21" not in {rule for rule, _, _ in found}


def test_the_currency_of_a_portfolio_is_one_finding() -> None:
    table = tpt(rows=20, seed=3)
    for row in table.rows:
        row["4"] = "HRK"
    about = [entry for entry in findings(table.csv()) if entry["rule"] == "TPT-RETIRED-4"]
    assert [entry["row"] for entry in about] == [0]


@pytest.mark.parametrize("name", packs())
def test_every_currency_field_of_every_template_has_the_rule(name: str) -> None:
    pack = packs()[name]
    fields = {key for key, field in pack.fields.items() if field.type == "currency"}
    assert fields == {rule.field for rule in all_rules(pack) if rule.kind == "currency_in_use"}
    assert fields
