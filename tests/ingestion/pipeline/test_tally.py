"""The numbers of a verdict that leave with its index card."""

from typing import Any

from ingestion.pipeline import CODES, unreadable_document
from ingestion.pipeline.tally import tally_of

CARD: dict[str, Any] = {"portfolios": [{"id": "A"}, {"id": "B"}, {"id": "A"}]}


def group(severity: str, count: int, **more: Any) -> dict[str, Any]:
    return {"rule": f"R-{severity}", "severity": severity, "count": count, "title": "a text", **more}


def test_errors_and_warnings_are_counted_by_rule_and_by_portfolio_of_the_card() -> None:
    groups = [group("error", 5, funds={"A": 2, "C": 3}), group("warning", 1, funds={}), group("info", 9)]
    assert tally_of({"index_card": CARD, "complete": False, "groups": groups}) == {
        "complete": False,
        "groups": [
            {"rule": "R-error", "severity": "error", "count": 5, "funds": [2, 0, 0]},
            {"rule": "R-warning", "severity": "warning", "count": 1, "funds": [0, 0, 0]},
        ],
    }


def test_a_verdict_from_before_funds_were_counted_says_that_it_does_not_know_them() -> None:
    told = tally_of({"index_card": CARD, "groups": [group("error", 5)]})
    assert told == {
        "complete": True,
        "groups": [{"rule": "R-error", "severity": "error", "count": 5, "funds": None}],
    }


def test_where_no_rule_was_checked_there_is_nothing_to_count() -> None:
    assert tally_of(unreadable_document(next(iter(CODES)))) is None
