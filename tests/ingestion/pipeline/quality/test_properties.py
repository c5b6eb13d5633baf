"""For any portfolio: nothing against itself, and nothing depends on the order of rows."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.quality import Snapshot, check_quality, snapshots
from tests.examples import examples
from tests.ingestion.pipeline.quality.support import Rows, delivery, emt, found, fund

NUMBERS = st.one_of(
    st.floats(-1e9, 1e9).map(repr), st.sampled_from(["", "0", "1e308", "-1e308", "1e-320", "n/a", "NaN"])
)
POSITION = st.fixed_dictionaries(
    {
        "1": st.sampled_from(["LU0000000017", "lu0000000017", "LU0000000025", ""]),
        "3": st.sampled_from(["Fund", "Other", ""]),
        "4": st.sampled_from(["EUR", "USD", ""]),
        "5": NUMBERS,
        "6": st.sampled_from(["2025-06-30", "2025-07-31", "2025-07-31 00:00:00", "soon", ""]),
        "8": NUMBERS,
        "12": st.sampled_from(["DE21", "FR31", "XT71", "XLE2", "", "?"]),
        "14": st.sampled_from(["A", "a", "B", "C", ""]),
        "16": st.sampled_from(["", "L1"]),
        "17": st.text(max_size=3),
        "18": NUMBERS,
        "19": NUMBERS,
        "22": NUMBERS,
        "24": NUMBERS,
        "26": NUMBERS,
    }
)
PORTFOLIO = st.lists(POSITION, min_size=1, max_size=12)


@examples(80)
@given(PORTFOLIO)
def test_a_delivery_against_itself_gives_no_comparison_finding(rows: Rows) -> None:
    now = delivery("TPT", rows)
    own = [Snapshot.from_bytes(snapshot.to_bytes()) for snapshot in snapshots(now)]
    days = {
        snapshot.fund: {each.valuation_date for each in own if each.fund == snapshot.fund} for snapshot in own
    }
    if all(len(known) == 1 for known in days.values()):
        assert found(now, own, own) == found(now)


@examples(80)
@given(PORTFOLIO, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_positions(rows: Rows, order: random.Random) -> None:
    mixed = list(rows)
    order.shuffle(mixed)

    def positions(rows: Rows) -> dict[tuple[str, str], object]:
        return {
            (snapshot.fund, snapshot.valuation_date): (
                snapshot.to_json()["positions"],
                snapshot.to_json()["classes"],
            )
            for snapshot in snapshots(delivery("TPT", rows))
        }

    assert positions(rows) == positions(mixed)


@examples(60)
@given(PORTFOLIO, PORTFOLIO)
def test_any_delivery_can_follow_any_other(before: Rows, now: Rows) -> None:
    result = check_quality(delivery("TPT", now), snapshots(delivery("TPT", before)))
    rows = result.findings.column("row").to_pylist()
    assert all(0 <= row <= len(now) for row in rows)
    assert set(result.findings.column("severity").to_pylist()) <= {"warning", "info"}


@examples(30)
@given(st.randoms(use_true_random=False))
def test_a_finding_moves_with_its_row(order: random.Random) -> None:
    now = fund(day="2025-07-31")
    now[5]["22"] = repr(float(now[5]["22"]) * 100)
    odd = now[5]
    order.shuffle(now)
    known = snapshots(delivery("TPT", fund()))
    assert found(delivery("TPT", now), known) == [("Q19-UNIT-ERROR", now.index(odd) + 1)]


def test_thousands_of_share_classes_are_checked_one_by_one() -> None:
    rows = [emt(f"LU{i:010d}") for i in range(3_000)]
    later = [row | {"00050": "2025-07-31"} for row in rows]
    later[1234]["04010"] = "6"
    known = snapshots(delivery("EMT", rows))
    assert found(delivery("EMT", later), known) == [("Q24-SRI-CHANGE", 1235)]
