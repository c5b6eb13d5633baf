"""Checks of single positions against the delivery before."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality.comparison import Comparison, Places
from ingestion.pipeline.quality.findings import Finding, percent, shown
from ingestion.pipeline.quality.snapshot import Floats, Snapshot
from ingestion.pipeline.quality.within import finding, in_classes
from ingestion.pipeline.rules.rule import Rule

_UNLISTED = frozenset(["XL", "XT"])
"""Places of listing that mean: not listed, not tradable."""


def weight_jump(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A weight moved by more than so many percentage points; one that is new or gone counts with zero."""
    for each in comparisons:
        if each.before is None or not len(each.before.positions) or not len(each.now.positions):
            continue
        now, before, found = each.now.positions, each.before.positions, each.matched
        day, limit = each.before.valuation_date, rule.params["tolerance"]
        for place in np.flatnonzero(np.abs(now.weight[found.now] - before.weight[found.before]) > limit):
            at, was = int(found.now[place]), before.weight[found.before[place]]
            message = f"The weight is {percent(now.weight[at])}; on {day} it was {percent(was)}."
            yield _at(rule, each, at, shown(now.weight[at]), message)
        for at in found.new[np.abs(now.weight[found.new]) > limit].tolist():
            message = f"The position is new since {day}, with a weight of {percent(now.weight[at])}."
            yield _at(rule, each, at, shown(now.weight[at]), message)
        for at in found.gone[np.abs(before.weight[found.gone]) > limit].tolist():
            what = before.name[at] or before.id[at]
            message = (
                f"{before.id[at]} ({what}) is gone; on {day} it had a weight of {percent(before.weight[at])}."
            )
            # The position has no row any more, not even in a list of one row: the fund as a whole is meant.
            yield finding(rule, each, before.id[at], message)


def stale_price(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """Listed instruments whose price is the same at another date; silent where the whole delivery is."""
    for each in comparisons:
        if each.before is None or each.days < rule.params["days"] or each.same_again:
            continue
        now, before, found = each.now.positions, each.before.positions, each.matched
        listed = np.array([cic[:2] not in _UNLISTED for cic in now.cic], np.bool_)
        wanted = (in_classes(now.cic, rule.params["classes"]) & listed)[found.now]
        price = now.price[found.now]
        # A price of exactly 1 is a nominal, not a quotation.
        stale = wanted & (price == before.price[found.before]) & (price != 1)
        for at in found.now[stale].tolist():
            message = f"One unit is worth {shown(now.price[at])}, exactly as on {each.before.valuation_date}."
            yield _at(rule, each, at, shown(now.value[at]), message)


def unit_error(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A price that is a power of ten of what it was."""
    for each in comparisons:
        if each.before is None:
            continue
        places, ratio, slipped = _ratios(rule, each, each.before)
        for place in np.flatnonzero(slipped).tolist():
            at = int(places[place])
            yield _price_finding(rule, each, each.before, at, ratio[place])


def price_change(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A price far from what it was, and by no power of ten."""
    for each in comparisons:
        if each.before is None:
            continue
        places, ratio, slipped = _ratios(rule, each, each.before)
        moved = np.abs(ratio - 1) > rule.params["tolerance"]
        cics = each.now.positions.cic
        wanted = (in_classes(cics, rule.params["classes"]) | _unclassified(cics))[places]
        for place in np.flatnonzero(moved & wanted & ~slipped).tolist():
            at = int(places[place])
            yield _price_finding(rule, each, each.before, at, ratio[place])


def _ratios(rule: Rule, each: Comparison, before: Snapshot) -> tuple[Places, Floats, npt.NDArray[np.bool_]]:
    """Positions with a price at both dates in one currency, the ratio, and whether it is a power of ten."""
    now, found = each.now.positions, each.matched
    same_currency = [
        now.currency[a] == before.positions.currency[b]
        for a, b in zip(found.now.tolist(), found.before.tolist(), strict=True)
    ]
    # Derivatives change their price by any factor, and cash has none.
    priced = (in_classes(now.cic, "12345689") | _unclassified(now.cic))[found.now]
    new, old = now.price[found.now], before.positions.price[found.before]
    usable = np.array(same_currency, np.bool_) & priced & (new * old > 0)
    ratio = new[usable] / old[usable]
    size = np.maximum(ratio, 1 / ratio)
    slipped = np.zeros(len(size), np.bool_)
    for factor in rule.params["factors"]:
        slipped |= np.abs(size / factor - 1) <= rule.params["band"]
    return found.now[usable], ratio, slipped


def _unclassified(cics: list[str]) -> npt.NDArray[np.bool_]:
    """Positions without a CIC: most lists of holdings have none."""
    return np.array([not cic for cic in cics], np.bool_)


def _price_finding(rule: Rule, each: Comparison, before: Snapshot, at: int, ratio: float) -> Finding:
    now = each.now.positions
    how = f"{shown(round(ratio, 4))} times" if ratio >= 2 or ratio < 0.2 else f"{(ratio - 1) * 100:+.1f} %"
    message = (
        f"One unit is worth {shown(now.price[at])} {now.currency[at]}".rstrip()
        + f"; on {before.valuation_date} it was {shown(now.price[at] / ratio)} ({how})."
    )
    return _at(rule, each, at, shown(now.value[at]), message)


def _at(rule: Rule, each: Comparison, at: int, value: str, message: str) -> Finding:
    """A finding on the row of a position."""
    holdings = each.subject.holdings
    row = int(holdings.rows[at]) if holdings else 0
    return Finding(rule, row, each.now.id, each.subject.files[0], value, message)
