"""Sums of a portfolio are compared with what the portfolio says of itself, wherever it says it first."""

import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from tests.tools.generate_samples import tpt

NET_ASSETS = "TPT-P02-NET-ASSETS"


def found(first: str, others: str | None = None, amount: str = "") -> bool:
    """Whether the sum is called wrong, given net assets on the first row and the others, and one amount."""
    table = tpt(rows=10, funds=1, seed=5)
    table.rows[0]["5"] = first or table.rows[0]["5"]
    for row in table.rows[1:]:
        row["5"] = row["5"] if others is None else others
    table.rows[3]["24"] = amount or table.rows[3]["24"]
    data = table.csv()
    return NET_ASSETS in {group.rule.id for group in validate(parse_file(data, inspect_file(data))).groups}


def test_a_sum_that_is_right_is_not_found() -> None:
    assert not found("")


@pytest.mark.parametrize("first", ["", "n/a", "#N/A"])
def test_a_broken_cell_on_the_first_row_does_not_silence_the_sum(first: str) -> None:
    assert found(first, amount="99999999999")
    assert not found(first)


def test_without_any_total_there_is_nothing_to_compare() -> None:
    assert not found("n/a", "n/a", "99999999999")


CASH = "TPT-P04-CASH-RATIO"


@pytest.mark.parametrize(("classes", "says"), [("", False), ("XT31", True)])
def test_a_sum_over_some_rows_needs_to_know_which(classes: str, says: bool) -> None:
    table = tpt(rows=40, seed=5)
    for row in table.rows:
        if row["12"][2] == "7":
            row["12"] = classes
    data = table.csv()
    ids = {group.rule.id for group in validate(parse_file(data, inspect_file(data))).groups}
    assert (CASH in ids) is says
