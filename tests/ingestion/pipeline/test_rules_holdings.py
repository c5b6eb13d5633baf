"""The rules of a plain list of holdings: everyday lists pass, and each rule finds the mistake it is about."""

import random

from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.rules.rule import rules_of
from tests.ingestion.pipeline.mutations import Mutation, Mutations, mismatches
from tests.ingestion.pipeline.support import findings
from tests.tools.holdings_list import holdings, portfolio
from tests.tools.positions import Row

SHARE, BOND, FUND, CASH = 0, 3, 4, 5
PACK = find_pack("HOLDINGS", "1.0")

HAND: dict[str, tuple[int, Row]] = {
    "HOLDINGS-INSTRUMENT": (CASH, {"name": ""}),
    "HOLDINGS-ISIN": (SHARE, {"isin": "DE0007164601"}),
    "HOLDINGS-ISIN-SHAPE": (CASH, {"isin": "CASH EUR"}),
    "HOLDINGS-SAME-CODE": (SHARE, {"isin": "DE0007164600", "id": "DE0005140008", "id_type": "ISIN"}),
    "HOLDINGS-SIGN": (SHARE, {"price": "", "market_value": "-1000", "weight": ""}),
    "HOLDINGS-SIGN-SHORT": (SHARE, {"quantity": "-10"}),
    "HOLDINGS-SIGN-PRICE": (SHARE, {"price": "-10"}),
    "HOLDINGS-DATE-MATURITY": (BOND, {"maturity_date": "2025-12-30"}),
    "HOLDINGS-COUPON": (BOND, {"coupon": "3500"}),
    "HOLDINGS-SAME": (SHARE, {"portfolio_name": "Another mandate"}),
    "HOLDINGS-SAME-CURRENCY": (CASH, {"portfolio_currency": "SEK"}),
}
HAND |= {
    f"HOLDINGS-CODE-{family}": (FUND, {"id": "B0YBKJ8X", "id_type": family})
    for family in ["ISIN", "CUSIP", "SEDOL", "WKN", "FIGI"]
}


def _changed(rows: list[Row], place: int, cells: Row) -> Mutation:
    return Mutation([row | cells if i == place else row for i, row in enumerate(rows)], place)


def _all(rows: list[Row], cells: Row, place: int = SHARE) -> Mutation:
    return Mutation([row | cells for row in rows], place)


def _by_hand(rows: list[Row]) -> dict[str, Mutation]:
    """Mistakes that need more than one row, and those of HAND."""
    made = {rule: _changed(rows, place, cells) for rule, (place, cells) in HAND.items()}
    percent = [row | {"weight": str(100 * float(row["weight"]))} for row in rows]
    made["HOLDINGS-WEIGHTS"] = Mutation(percent, -1)
    swapped = [rows[0] | {"weight": "0.2"}, rows[1] | {"weight": "0.35"}, *rows[2:]]
    made["HOLDINGS-WEIGHT-VALUE"] = Mutation(swapped, 0)
    made["HOLDINGS-VALUE-CURRENCY"] = _changed(rows, SHARE, {"price": "999"})
    no_currency = [row | {"currency": "", "portfolio_currency": ""} for row in rows]
    made["HOLDINGS-VALUE-PLAIN"] = _changed(no_currency, SHARE, {"price": "999"})
    unweighted = [row | {"weight": ""} for row in rows]
    made["HOLDINGS-DUPLICATE-ISIN"] = Mutation([*unweighted, unweighted[SHARE]], len(rows))
    made["HOLDINGS-DUPLICATE-NAME"] = Mutation([*unweighted, unweighted[CASH]], len(rows))
    made["HOLDINGS-DATE"] = _all(rows, {"valuation_date": "2999-01-01"})
    made["HOLDINGS-FORMAT-valuation_date"] = _all(rows, {"valuation_date": "31.12.2025"})
    made["HOLDINGS-LENGTH-portfolio_name"] = _all(rows, {"portfolio_name": "x" * 256})
    return made


COMPANIONS: dict[str, set[str]] = {
    "HOLDINGS-VALUE-PLAIN": {"HOLDINGS-CURRENCY"},
    "HOLDINGS-RETIRED-portfolio_currency": {"HOLDINGS-SAME-CURRENCY"},
}
"""What a mistake brings about besides the finding it is about."""


def test_a_clean_list_has_no_finding() -> None:
    assert findings(holdings().csv()) == []
    assert findings(holdings().csv(decimal=",")) == []


def test_each_rule_finds_its_mistake_and_no_other_rule_does() -> None:
    rows = portfolio(random.Random(1), "F001")
    mutations = Mutations(PACK, rows)
    assert mismatches(mutations, _by_hand(rows), COMPANIONS) == {}


def test_a_short_list_of_names_and_amounts_passes() -> None:
    data = b"Name;ISIN;Quantity;Market value\r\nAldern AG;DE0007164600;10;1000\r\nCash;;;250\r\n"
    assert {finding["severity"] for finding in findings(data)} <= {"info"}


def test_prices_in_percent_and_in_pence_are_understood() -> None:
    rows = portfolio(random.Random(3), "F001")
    rows[0] |= {"quantity": "1000", "price": "2500", "market_value": "25000", "weight": ""}
    table = holdings()
    table.rows = rows
    assert findings(table.csv()) == []


def test_weights_in_percent_are_said_once() -> None:
    table = holdings(funds=1)
    table.rows = [row | {"weight": str(100 * float(row["weight"]))} for row in table.rows]
    (found,) = findings(table.csv())
    assert (found["rule"], found["row"]) == ("HOLDINGS-WEIGHTS", 0)
    assert "percent" in found["message"]


def test_all_rules_of_the_list_are_tolerant_but_for_what_nobody_can_use() -> None:
    errors = {rule.id for rule in rules_of(PACK) if rule.severity == "error"}
    assert {"HOLDINGS-INSTRUMENT", "HOLDINGS-AMOUNT", "HOLDINGS-ISIN"} <= errors
    assert not errors & {"HOLDINGS-WEIGHTS", "HOLDINGS-VALUE-CURRENCY", "HOLDINGS-DUPLICATE-ISIN"}
