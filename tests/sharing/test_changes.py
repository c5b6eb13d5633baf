"""What changed between two tables of positions: which came, went, are worth something else."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from sharing.changes import PositionChanges, position_changes

FUND = "LU0000000001"
MONEY = pa.decimal128(38, 18)


def table(*rows: tuple[str, str | None], fund: str = FUND, column: str = "market_value") -> pa.Table:
    """Positions: instrument and value."""
    return pa.table(
        {
            "portfolio_id": pa.array([fund] * len(rows), pa.string()),
            "instrument_id": pa.array([name for name, _ in rows], pa.string()),
            column: pa.array([None if value is None else Decimal(value) for _, value in rows], MONEY),
        }
    )


BEFORE = table(("A", "1"), ("B", "2"), ("C", None))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BEFORE, (3, 3, 0, 0, 0)),
        (table(("C", None), ("b", "2"), (" A ", "1.0"), fund=FUND.lower()), (3, 3, 0, 0, 0)),
        (table(("A", "1"), ("B", "2.01"), ("C", "5")), (3, 3, 0, 0, 2)),
        (table(("A", "1"), ("D", "2")), (3, 2, 1, 2, 0)),
        (table(("A", "1"), ("B", "0.5"), ("B", "1.5"), ("C", None)), (3, 3, 0, 0, 0)),
        (table(("A", "1"), ("B", "2"), fund="LU0000000002"), (3, 2, 2, 3, 0)),
        (table(("A", "1"), ("B", "2"), ("C", "3"), column="market_value_portfolio"), (3, 3, 0, 0, None)),
        (table(), (3, 0, 0, 3, None)),
    ],
)
def test_positions_are_told_apart_by_fund_and_instrument(now: pa.Table, expected: tuple[Any, ...]) -> None:
    assert position_changes(BEFORE, now) == PositionChanges(*expected)


def test_legs_are_positions_and_a_name_stands_in_for_a_missing_identifier() -> None:
    def legs(*names: str) -> pa.Table:
        return pa.table({"portfolio_id": [FUND] * 2, "instrument_name": ["Swap"] * 2, "leg_id": list(names),
                         "market_value": [1.0, 2.0]})  # fmt: skip

    assert position_changes(legs("1", "2"), legs("2", "1")) == PositionChanges(2, 2, 0, 0, 2)
    assert position_changes(legs("1", "2"), legs("1", "1")) == PositionChanges(2, 1, 0, 1, 1)


def test_the_order_of_what_is_added_up_changes_nothing() -> None:
    tenths = [("A", "0.1")] * 9 + [("A", "1000000000")]
    assert position_changes(table(*tenths), table(*reversed(tenths))).changed == 0
