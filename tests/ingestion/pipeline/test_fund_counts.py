"""How many findings of a rule each fund has: as the findings table says, for the funds of the card."""

from typing import Any

from ingestion.pipeline import index_card, inspect_file, parse_file, validate, verdict_document
from tests.ingestion.pipeline.support import check
from tests.tools.generate_samples import tpt


def told(data: bytes) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Outcome, verdict document and index card of a file."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    outcome, card = validate(delivery), index_card(delivery)
    return outcome, verdict_document(outcome, inspection, card), card


def test_a_group_counts_the_findings_of_each_named_fund() -> None:
    table = tpt(rows=60, funds=3, seed=32)
    for row in table.rows[::7]:
        row["21"] = "no currency"
    outcome, document, card = told(table.csv())
    ids = {portfolio["id"] for portfolio in card["portfolios"]}
    assert len(ids) == 3
    assert any(len(group["funds"]) == 3 for group in document["groups"])
    for group in document["groups"]:
        found = outcome.findings.slice(group["offset"], group["stored"]).column("portfolio").to_pylist()
        assert group["funds"] == {fund: found.count(fund) for fund in ids & set(found)}


def test_a_finding_about_the_file_belongs_to_no_fund() -> None:
    table = tpt(rows=20, funds=2, seed=34)
    for row in table.rows:
        row |= dict.fromkeys(("60", "62", "63", "65", "70", "71", "90"), "NULL")
    whole = [group for group in check(table.csv()).groups if group.rule.scope == "file"]
    assert whole
    assert all(group.funds == {} and group.count for group in whole)


def test_only_as_many_funds_are_named_as_the_index_card_holds() -> None:
    table = tpt(rows=100, funds=25, seed=33)
    for row in table.rows:
        row["21"] = "no currency"
    outcome, _, card = told(table.csv())
    most = max(outcome.groups, key=lambda group: group.count)
    assert list(most.funds) == [portfolio["id"] for portfolio in card["portfolios"]]
    assert 0 < sum(most.funds.values()) < most.count
