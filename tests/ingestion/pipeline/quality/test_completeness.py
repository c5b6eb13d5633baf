"""How complete a delivery is, by what the template asks of each row."""

from typing import Any

import pytest

from ingestion.pipeline import validate
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality import check_quality, snapshots
from ingestion.pipeline.quality.completeness import MAX_PORTFOLIOS
from tests.ingestion.pipeline.quality.support import ISIN, Rows, delivery, emt, fund


def scores(now: Delivery) -> dict[str, Any]:
    return check_quality(now).completeness


def filled(rows: Rows) -> Rows:
    """Every field of the template filled with something."""
    return [{key: row.get(key) or "1" for key in find_pack("TPT", "7.0").fields} for row in rows]


def test_a_file_with_every_cell_filled_is_complete() -> None:
    result = scores(delivery("TPT", filled(fund())))
    assert result["score"] == result["mandatory"] == result["conditional"] == result["optional"] == 1
    assert set(result["fields"].values()) == {1.0}
    assert result["portfolios"][0] | {"lacking": []} == result["portfolios"][0]


def test_an_empty_mandatory_cell_costs_and_is_named() -> None:
    rows = filled(fund())
    rows[3]["17"] = ""
    result = scores(delivery("TPT", rows))
    assert result["fields"]["17"] == pytest.approx(29 / 30, abs=1e-4)
    assert result["mandatory"] < 1
    assert result["conditional"] == 1
    assert result["portfolios"][0]["lacking"] == ["17"]


def test_a_word_written_into_empty_cells_fills_none_of_them() -> None:
    fields = find_pack("TPT", "7.0").fields
    empty = delivery("TPT", [{key: row.get(key, "") for key in fields} for row in fund()])
    words = delivery("TPT", [{key: row.get(key) or "NULL" for key in fields} for row in fund()])
    blanks = validate(words).blanks
    assert blanks == {"NULL"}
    assert not validate(empty).blanks
    assert check_quality(words, blanks=blanks).completeness == scores(empty)
    assert snapshots(words, blanks)[0].to_json() == snapshots(empty)[0].to_json()


def test_an_empty_optional_cell_costs_nothing() -> None:
    rows = filled(fund())
    for row in rows:
        row["58b"] = ""
    assert find_pack("TPT", "7.0").fields["58b"].presence["solvency2"] == "O"
    result = scores(delivery("TPT", rows))
    assert result["optional"] < 1
    assert result["score"] == 1


def test_a_conditional_field_counts_where_the_matrix_lets_it_apply() -> None:
    rows = filled(fund())
    for row in rows:
        row["33"] = ""  # the coupon rate: of bonds, not of shares and cash
    bonds = sum(row["12"] == "DE21" for row in rows)
    result = scores(delivery("TPT", rows))
    assert result["fields"]["33"] == 0
    for row in rows:
        if row["12"] == "DE21":
            row["33"] = "1"
    assert 0 < bonds < len(rows)
    assert scores(delivery("TPT", rows))["fields"]["33"] == 1


def test_a_section_that_is_not_reported_asks_for_nothing() -> None:
    off = scores(delivery("EMT", [emt(**{"00007": "N"})]))
    on = scores(delivery("EMT", [emt(**{"00007": "Y"})]))
    assert "07110" not in off["fields"]
    assert on["fields"]["07110"] == 0
    assert on["fields"]["07100"] == 1


def test_each_portfolio_has_its_score_the_lowest_first() -> None:
    good, bad = filled(fund()), filled(fund(**{"1": "LU0000000025"}))
    for row in bad:
        row["26"] = ""
    result = scores(delivery("TPT", good + bad))
    assert [each["portfolio"] for each in result["portfolios"]] == ["LU0000000025", ISIN]
    assert result["portfolios"][0]["lacking"] == ["26"]
    assert result["portfolios"][1]["score"] == 1


def test_the_list_of_portfolios_is_bounded() -> None:
    rows = [emt(f"LU{i:010d}") for i in range(MAX_PORTFOLIOS + 3)]
    result = scores(delivery("EMT", rows))
    assert len(result["portfolios"]) == MAX_PORTFOLIOS
    assert result["portfolios_left_out"] == 3


def test_nearly_complete_is_not_complete() -> None:
    rows = filled(fund(count=60)) * 400
    rows[0] = rows[0] | {"17": ""}
    assert scores(delivery("TPT", rows))["fields"]["17"] == 0.9999
