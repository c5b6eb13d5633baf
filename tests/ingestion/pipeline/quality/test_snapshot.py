"""What later deliveries are compared with: small, exact, strict."""

import copy
import json
from typing import Any

import pytest

from ingestion.pipeline.quality import Snapshot, SnapshotError, fund_prefix, snapshots, wanted
from ingestion.pipeline.quality.check import MAX_FUNDS
from ingestion.pipeline.quality.snapshot import MAX_POSITIONS
from tests.ingestion.pipeline.quality.support import ISIN, delivery, emt, fund, holdings


def one() -> Snapshot:
    return snapshots(delivery("TPT", fund()))[0]


def test_a_snapshot_survives_being_stored() -> None:
    stored = one().to_bytes()
    assert Snapshot.from_bytes(stored).to_bytes() == stored
    assert json.loads(stored)["positions"]["id"][0].startswith("XS")


def test_the_key_names_the_fund_by_its_hash_and_the_date() -> None:
    assert one().key == fund_prefix(ISIN) + "2025-06-30"
    assert fund_prefix(f" {ISIN.lower()} ") == fund_prefix(ISIN)
    assert len(fund_prefix(ISIN)) == len("by-fund/") + 64 + 1
    assert ISIN not in one().key


def test_facts_are_those_of_the_file() -> None:
    snapshot = one()
    rows = fund()
    assert snapshot.facts["nav"] == float(rows[0]["5"])
    assert snapshot.facts["rows"] == 30
    assert snapshot.facts["total_weight"] == pytest.approx(1)
    assert set(snapshot.classes) == {"2", "3", "7"}
    place = snapshot.positions.places[rows[4]["14"], ""]
    assert snapshot.positions.price[place] == pytest.approx(float(rows[4]["22"]) / float(rows[4]["19"]))


def test_the_largest_position_comes_first() -> None:
    weights = abs(one().positions.weight).tolist()
    assert weights == sorted(weights, reverse=True)


def test_two_lots_of_an_instrument_are_one_position_and_legs_are_two() -> None:
    rows = fund()
    lots = [*rows, {**rows[3], "26": "0.5"}]
    assert len(snapshots(delivery("TPT", lots))[0].positions) == 30
    legs = [*rows, {**rows[3], "16": "L1"}]
    assert len(snapshots(delivery("TPT", legs))[0].positions) == 31


def test_only_the_largest_positions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.pipeline.quality.holdings.MAX_POSITIONS", 10)
    kept = one().positions
    weights = sorted((abs(float(row["26"])) for row in fund()), reverse=True)
    assert abs(kept.weight).tolist() == pytest.approx(weights[:10])
    assert MAX_POSITIONS == 20_000


def test_a_list_without_weights_gets_them_from_values_of_one_currency() -> None:
    snapshot = snapshots(delivery("HOLDINGS", holdings(weight="")))[0]
    assert snapshot.facts["total_weight"] == pytest.approx(1)
    mixed = holdings(weight="")
    mixed[0]["currency"] = "USD"
    assert "total_weight" not in snapshots(delivery("HOLDINGS", mixed))[0].facts


def test_rows_without_identifier_or_date_have_no_snapshot() -> None:
    rows = [emt(), emt(""), emt(day=""), emt(day="30.06.2025"), emt(day="2025-02-30")]
    assert len(snapshots(delivery("EMT", rows))) == 1


def test_every_fund_and_date_has_its_snapshot() -> None:
    rows = fund() + fund(day="2025-05-30") + fund(**{"1": "LU0000000025"})
    assert len({snapshot.key for snapshot in snapshots(delivery("TPT", rows))}) == 3


def test_a_bounded_number_of_funds_is_looked_up() -> None:
    rows = [emt(f"LU{i:010d}") for i in range(MAX_FUNDS + 5)]
    prefixes = wanted(snapshots(delivery("EMT", rows)))
    assert prefixes == [fund_prefix(row["00010"]) for row in rows[:MAX_FUNDS]]
    assert wanted(snapshots(delivery("TPT", fund() + fund(day="2025-05-30")))) == [fund_prefix(ISIN)]


def _changed(path: list[str], value: Any) -> dict[str, Any]:
    data = copy.deepcopy(one().to_json())
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], 2),
        (["format"], True),
        (["extra"], 1),
        (["name"], None),
        (["valuation_date"], "30.06.2025"),
        (["valuation_date"], "2025-02-30"),
        (["facts"], []),
        (["facts", "nav"], None),
        (["facts", "nav"], 10**400),
        (["facts", "nav"], True),
        (["classes", "2"], "0.5"),
        (["positions"], []),
        (["positions", "extra"], []),
        (["positions", "id"], "x" * 30),
        (["positions", "id"], [1] * 30),
        (["positions", "weight"], [0.1]),
        (["positions", "weight"], ["0.1"] * 30),
        (["positions", "weight"], [float("inf")] * 30),
    ],
)
def test_anything_unexpected_is_refused(path: list[str], value: Any) -> None:
    with pytest.raises(SnapshotError):
        Snapshot.from_json(_changed(path, value))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        Snapshot.from_bytes(data)
