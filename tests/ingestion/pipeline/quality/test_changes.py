"""Against the delivery before: one mutation, exactly the rule that is meant for it."""

from collections.abc import Callable

import pytest

from ingestion.pipeline.quality import snapshots
from tests.ingestion.pipeline.quality.support import (
    ISIN,
    Rows,
    against,
    delivery,
    details,
    eet,
    emt,
    ept,
    found,
    fund,
    holdings,
)

LATER = "2025-07-31"
Mutation = Callable[[Rows], object]


def everywhere(field: str, change: Callable[[str], str]) -> Mutation:
    return lambda rows: [row.update({field: change(row[field])}) for row in rows]


def scaled(factor: float) -> Callable[[str], str]:
    return lambda value: repr(float(value) * factor)


def on(place: int, **cells: Callable[[str], str]) -> Mutation:
    return lambda rows: rows[place].update(
        {key[1:]: change(rows[place][key[1:]]) for key, change in cells.items()}
    )


def test_a_normal_month_gives_no_finding() -> None:
    assert against("TPT", fund(), fund(day=LATER)) == []
    assert against("HOLDINGS", holdings(), holdings(day=LATER)) == []


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        (everywhere("5", scaled(1.3)), ("Q11-NAV-JUMP", 0)),
        (everywhere("5", scaled(0.7)), ("Q11-NAV-JUMP", 0)),
        (everywhere("8", scaled(1.3)), ("Q12-SHARE-PRICE-JUMP", 0)),
        (on(3, _26=lambda weight: repr(float(weight) + 0.11)), ("Q14-WEIGHT-JUMP", 4)),
        (on(5, _22=scaled(100), _24=scaled(1)), ("Q19-UNIT-ERROR", 6)),
        (on(5, _22=scaled(0.1)), ("Q19-UNIT-ERROR", 6)),
        (on(5, _22=scaled(2)), ("Q20-PRICE-CHANGE", 6)),
        (on(5, _22=scaled(0.4)), ("Q20-PRICE-CHANGE", 6)),
        (everywhere("4", lambda _: "USD"), ("Q21-CURRENCY-CHANGE", 0)),
        (everywhere("3", lambda _: "Another Fund"), ("Q22-NAME-CHANGE", 0)),
    ],
)
def test_one_change_of_a_tpt_gives_one_finding(mutation: Mutation, expected: tuple[str, int]) -> None:
    now = fund(day=LATER)
    mutation(now)
    assert against("TPT", fund(), now) == [expected]


@pytest.mark.parametrize(
    "mutation",
    [
        everywhere("5", scaled(1.15)),
        everywhere("8", scaled(1.15)),
        on(3, _26=lambda weight: repr(float(weight) + 0.09)),
        on(5, _22=scaled(1.4)),
        on(29, _22=scaled(100)),  # cash has no price
        everywhere("4", str.lower),
        everywhere("3", lambda name: name.upper() + " (Acc.)"),
    ],
)
def test_a_change_within_the_tolerance_gives_none(mutation: Mutation) -> None:
    now = fund(day=LATER)
    mutation(now)
    assert against("TPT", fund(), now) == []


def bought(rows: Rows) -> None:
    """A third more of everything."""
    for row in rows:
        row |= {key: repr(float(row[key]) * 1.3) for key in ("quantity", "market_value")}


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        (bought, ("Q11-VALUE-JUMP", 0)),
        (on(3, _weight=lambda weight: repr(float(weight) + 0.11)), ("Q14-WEIGHT-JUMP", 4)),
        (on(5, _quantity=scaled(0.01)), ("Q19-UNIT-ERROR", 6)),
        (on(5, _quantity=scaled(0.5), _cic=lambda _: ""), ("Q20-PRICE-CHANGE", 6)),
        (everywhere("portfolio_currency", lambda _: "USD"), ("Q21-CURRENCY-CHANGE", 0)),
        (everywhere("portfolio_name", lambda _: "Another Fund"), ("Q22-NAME-CHANGE", 0)),
    ],
)
def test_one_change_of_a_list_gives_one_finding(mutation: Mutation, expected: tuple[str, int]) -> None:
    now = holdings(day=LATER)
    mutation(now)
    assert against("HOLDINGS", holdings(), now) == [expected]


def test_a_price_in_another_currency_is_no_jump() -> None:
    now = fund(day=LATER)
    now[5] |= {"21": "USD", "22": repr(float(now[5]["22"]) * 100)}
    assert against("TPT", fund(), now) == []


def test_a_price_that_stood_still_is_named_on_its_row() -> None:
    now = fund(day=LATER)
    now[5] |= {key: fund()[5][key] for key in ("18", "22")}
    assert against("TPT", fund(), now) == [("Q18-STALE-PRICE", 6)]


def test_an_unlisted_price_may_stand_still() -> None:
    before, now = fund(), fund(day=LATER)
    now[5] |= {key: before[5][key] for key in ("18", "22")}
    before[5]["12"] = now[5]["12"] = "XL31"
    assert against("TPT", before, now) == []


def test_old_positions_under_a_new_date_are_one_finding() -> None:
    now = [row | {"6": LATER} for row in fund()]
    assert against("TPT", fund(), now) == [("Q17-SAME-AGAIN", 0)]


def test_other_instruments_are_a_turnover() -> None:
    now = fund(day=LATER)
    for row in now[:20]:
        row["14"] = row["14"].replace("XS", "DE")
    assert against("TPT", fund(), now) == [("Q16-TURNOVER", 0)]


def test_a_fund_that_only_grew_is_a_jump_of_rows() -> None:
    small, large = fund(30), fund(60, day=LATER)
    for row in large:
        row.update({key: small[0][key] for key in ("5", "8")})
    assert against("TPT", small, large) == [("Q13-ROWS-JUMP", 0)]


def test_a_large_position_that_is_gone_is_named_without_row() -> None:
    before, now = fund(), fund(day=LATER)
    before[4]["26"] = "0.2"
    del now[4]
    (finding,) = details(delivery("TPT", now), snapshots(delivery("TPT", before)))
    assert (finding["rule"], finding["row"]) == ("TPT-Q14-WEIGHT-JUMP", 0)
    assert finding["value"] == before[4]["14"]
    assert "2025-06-30" in finding["message"]
    assert "20 %" in finding["message"]


def test_a_class_that_moved_is_named() -> None:
    before, now = fund(60), fund(60, day=LATER)
    for row in now[1::2]:
        row["12"] = "FR4" + row["12"][3]
    assert [rule for rule, _ in against("TPT", before, now)] == ["Q15-CLASS-JUMP"] * 2


def test_a_message_names_both_values_and_the_other_date() -> None:
    now = fund(day=LATER, **{"5": "200000"})
    (finding,) = details(delivery("TPT", now), snapshots(delivery("TPT", fund(**{"5": "100000"}))))
    assert finding["message"] == "The net asset value is 200000; on 2025-06-30 it was 100000 (+100.0 %)."
    assert (finding["field"], finding["value"], finding["portfolio"]) == ("5", "200000", ISIN)


def test_the_latest_earlier_delivery_counts() -> None:
    history = [
        *snapshots(delivery("TPT", fund(day="2025-01-31", **{"5": "1"}))),
        *snapshots(delivery("TPT", fund(day="2025-06-30", **{"5": "100000"}))),
    ]
    now = delivery("TPT", fund(day=LATER, **{"5": "101000"}))
    assert found(now, history) == found(now, history[::-1]) == []
    assert ("Q11-NAV-JUMP", 0) in found(now, history[:1])


def test_a_date_before_the_last_one_is_told() -> None:
    later = snapshots(delivery("TPT", fund(day=LATER)))
    assert found(delivery("TPT", fund()), later) == [("Q10-DATE-BACKWARDS", 0)]
    assert found(delivery("TPT", fund(day="2025-08-29")), later) == []


def test_a_correction_says_what_changed() -> None:
    before = snapshots(delivery("TPT", fund()))
    now = fund(**{"5": "123456"})
    now[2]["24"] = "1"
    (finding,) = details(delivery("TPT", now), before)
    assert finding["rule"] == "TPT-Q27-RESTATED"
    assert "net asset value 123456" in finding["message"]
    assert "positions: 1 changed" in finding["message"]


def test_another_fund_is_not_compared() -> None:
    other = snapshots(delivery("TPT", fund(**{"1": "LU0000000025", "5": "1"})))
    assert found(delivery("TPT", fund(day=LATER)), other) == []


@pytest.mark.parametrize(
    ("template", "row", "cells", "expected"),
    [
        ("EMT", emt, {"04010": "5"}, "Q24-SRI-CHANGE"),
        ("EMT", emt, {"07100": "1.15"}, "Q26-COST-JUMP"),
        ("EMT", emt, {"00073": "549300MLUDYVRQOOXS22"}, "Q23-LEI-CHANGE"),
        ("EMT", emt, {"00040": "USD"}, "Q21-CURRENCY-CHANGE"),
        ("EPT", ept, {"01090": "5"}, "Q24-SRI-CHANGE"),
        ("EPT", ept, {"00050": "Other"}, "Q22-NAME-CHANGE"),
        ("EET", eet, {"20040": "6"}, "Q25-SFDR-CHANGE"),
    ],
)
def test_one_change_of_a_share_class_gives_one_finding(
    template: str, row: Callable[..., dict[str, str]], cells: dict[str, str], expected: str
) -> None:
    before = [row("LU0000000025"), row()]
    now = [row("LU0000000025", LATER), row(ISIN, LATER)]
    assert against(template, before, now) == []
    now[1] |= cells
    assert against(template, before, now) == [(expected, 2)]


def test_a_small_cost_may_double() -> None:
    before, now = emt(**{"07100": "0.001"}), emt(day=LATER, **{"07100": "0.002"})
    assert against("EMT", [before], [now]) == []
