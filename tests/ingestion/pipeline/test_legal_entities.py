"""Who is behind the funds of a delivery: named by a valid LEI in the field of the template, or by nobody."""

from typing import Any

import pytest

from ingestion.pipeline import index_card, inspect_file, parse_file
from ingestion.pipeline.codefamilies import is_lei
from ingestion.pipeline.legal_entities import MAX_OF_FILE, MAX_OF_FUND
from ingestion.pipeline.pack import packs
from tests.tools.codes import lei
from tests.tools.eet_rows import eet
from tests.tools.emt_rows import emt
from tests.tools.ept_rows import ept
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table

ONE, TWO = "529900T8BM49AURSDO55", "99990084AH6R9PCX2K60"
WRONG = "529900T8BM49AURSDO56"


def card_of(table: Table) -> dict[str, Any]:
    data = table.csv()
    return index_card(parse_file(data, inspect_file(data)))


def issued(*rows: dict[str, str], funds: int = 1) -> dict[str, Any]:
    """The card of a TPT with these cells about the issuer, row by row."""
    table = tpt(rows=max(funds, len(rows)), seed=1, funds=funds)
    for row, cells in zip(table.rows, rows, strict=True):
        row |= cells
    return card_of(table)


def by(code: str, kind: str = "1") -> dict[str, str]:
    return {"115": code, "116": kind}


def named(card: dict[str, Any]) -> list[list[str]]:
    return [each["entities"] for each in card["portfolios"]]


@pytest.mark.parametrize(
    ("rows", "entities"),
    [
        ([by(ONE), by(ONE)], [ONE]),
        ([by(f" {ONE.lower()} "), by(ONE)], [ONE]),
        ([by(ONE, "1.0"), by("", "")], [ONE]),
        ([by(ONE), by("NULL", "9")], [ONE]),
        ([by(ONE), by(TWO)], [ONE, TWO]),
        ([by(WRONG), by(WRONG)], []),
        ([by(ONE), by(WRONG)], []),
        ([by(ONE, "9"), by(ONE, "9")], []),
        ([by(ONE), by("own code", "9")], []),
        ([by("", "9"), by("", "9")], []),
    ],
    ids=[
        "on each row", "written otherwise", "on one row", "beside a word for nothing", "two", "wrong digits",
        "wrong digits once", "declared as no LEI", "beside another code", "none",
    ],
)  # fmt: skip
def test_a_fund_has_the_issuers_that_its_rows_name_and_none_where_that_is_not_certain(
    rows: list[dict[str, str]], entities: list[str]
) -> None:
    card = issued(*rows)
    assert named(card) == [entities]
    assert card["entities"] == entities


def test_each_fund_has_its_own_and_the_file_all_of_them() -> None:
    card = issued(by(TWO), by(ONE), funds=2)
    assert named(card) == [[TWO], [ONE]]
    assert card["entities"] == [ONE, TWO]


def test_a_file_has_none_where_one_fund_has_none_or_a_row_names_no_fund() -> None:
    assert issued(by(ONE), by("", "9"), funds=2)["entities"] == []
    card = issued(by(ONE), by(ONE) | {"1": ""}, funds=2)
    assert named(card) == [[ONE], []]
    assert card["entities"] == []


def test_more_than_a_few_are_none() -> None:
    import random

    rng = random.Random(4)
    many = [lei(rng) for _ in range(MAX_OF_FILE + 1)]
    assert len(set(many)) == MAX_OF_FILE + 1 and all(map(is_lei, many))
    for count, expected in ((MAX_OF_FUND, sorted(many[:MAX_OF_FUND])), (MAX_OF_FUND + 1, [])):
        assert named(issued(*map(by, many[:count]))) == [expected]
    assert issued(*map(by, many[:-1]), funds=MAX_OF_FILE)["entities"] == sorted(many[:-1])
    card = issued(*map(by, many), funds=len(many))
    assert card["entities"] == [] and len(card["portfolios"]) == 20


def test_the_file_names_who_is_behind_the_funds_that_the_card_does_not_hold() -> None:
    card = issued(*[by(ONE)] * 29, by(TWO), funds=30)
    assert named(card) == [[ONE]] * 20
    assert card["entities"] == [ONE, TWO]


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        (tpt(rows=2, version="6.0"), by(ONE)),
        (tpt(rows=2, version="8.0"), by(ONE)),
        (emt(), {"00073": ONE}),
        (emt("4.1"), {"00073": ONE}),
        (ept(), {"00016": ONE}),
        (eet(), {"10010": "L", "10020": ONE}),
    ],
    ids=["TPT 6", "TPT 8", "EMT 4.3", "EMT 4.1", "EPT", "EET"],
)
def test_every_official_template_names_them(table: Table, cells: dict[str, str]) -> None:
    for row in table.rows:
        row |= cells
    assert card_of(table)["entities"] == [ONE]
    for row in table.rows:
        row |= dict.fromkeys(cells, "")
    assert card_of(table)["entities"] == []


def test_only_a_plain_list_of_holdings_does_not() -> None:
    assert [name for name, pack in packs().items() if pack.legal_entity is None] == ["HOLDINGS-1.0"]
