"""What changed between two versions of a received delivery: counts by rule, positions of its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharing.look_through import numbers_of, texts_of

if TYPE_CHECKING:
    import pyarrow as pa

VALUES = ("market_value_portfolio", "market_value")
COLUMNS = ("portfolio_id", "instrument_id", "instrument_name", "leg_id", *VALUES)
"""What is read of a table."""
_KEY = ["portfolio", "instrument", "leg"]
_SAME = 1e-9
"""Relative: sums of the same values in another order are the same value."""


@dataclass(frozen=True)
class RuleChange:
    """How often a rule was not kept in the version before and in this one."""

    rule: str
    title: str
    severity: str
    before: int
    now: int


@dataclass(frozen=True)
class PositionChanges:
    """How many positions there were and are, how many are new, gone, worth something else.

    A position is an instrument, with its leg, in a fund; rows of the same one are added up. `changed` is None
    where no market value stands in both tables.
    """

    before: int
    now: int
    new: int
    gone: int
    changed: int | None


def rule_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[RuleChange]:
    """Rules whose counts differ between two verdict documents, errors first, then the largest difference."""
    groups = {group["rule"]: group for document in (before, now) for group in document.get("groups", [])}
    counts = [
        {group["rule"]: int(group["count"]) for group in each.get("groups", [])} for each in (before, now)
    ]
    found = [
        RuleChange(rule, group["title"], group["severity"], counts[0].get(rule, 0), counts[1].get(rule, 0))
        for rule, group in groups.items()
    ]
    order = {"error": 0, "warning": 1}
    differing = [one for one in found if one.before != one.now]
    return sorted(
        differing, key=lambda one: (order.get(one.severity, 2), -abs(one.now - one.before), one.title)
    )


def position_changes(before: "pa.Table", now: "pa.Table") -> PositionChanges:
    """Compares two tables of positions, of which COLUMNS were read."""
    import pyarrow.compute as pc  # imported here: it loads slowly

    sides = [_positions(table) for table in (before, now)]
    both = sides[0].join(sides[1], _KEY, join_type="inner", right_suffix="_now", use_threads=False)
    was, there = (side.num_rows for side in sides)
    differs, compared = None, [name for name in VALUES if all(_filled(side, name) for side in sides)]
    for name in compared:
        one = _differs(both[name], both[f"{name}_now"])
        differs = one if differs is None else pc.or_(differs, one)
    changed = None if differs is None else int(pc.sum(differs, min_count=0).as_py())
    return PositionChanges(was, there, there - both.num_rows, was - both.num_rows, changed)


def _positions(table: "pa.Table") -> "pa.Table":
    """One row for each position."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = {name: texts_of(table, name) for name in COLUMNS if name not in VALUES}
    named = pc.not_equal(texts["instrument_id"], "")
    columns = {
        "portfolio": pc.utf8_upper(texts["portfolio_id"]),
        "instrument": pc.utf8_upper(pc.if_else(named, texts["instrument_id"], texts["instrument_name"])),
        "leg": pc.utf8_upper(texts["leg_id"]),
    }
    rows = pa.table(columns | {name: numbers_of(table, name) for name in VALUES})
    known = pc.ScalarAggregateOptions(min_count=1)  # the sum of nothing is nothing
    summed = rows.group_by(_KEY, use_threads=False).aggregate([(name, "sum", known) for name in VALUES])
    return summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])


def _filled(table: "pa.Table", name: str) -> bool:
    return bool(table[name].null_count < table.num_rows)


def _differs(before: Any, now: Any) -> Any:
    """Where one of the two is missing, or they are apart by more than adding up can do."""
    import pyarrow.compute as pc

    apart = pc.abs(pc.subtract(now, before))
    size = pc.max_element_wise(pc.abs(now), pc.abs(before))
    missing = pc.xor(pc.is_null(before), pc.is_null(now))
    return pc.or_(missing, pc.fill_null(pc.greater(apart, pc.multiply(size, _SAME)), False))
