"""Sums over a whole portfolio, and its largest number.

One that cannot be computed, because a cell is blank or no number, is left out: the cell has its own finding.
"""

import numpy as np

from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.failures import Failures, group_failures
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.numbers import short
from ingestion.pipeline.rules.relations import off
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.rules.values import Floats


def total(rule: Rule, frame: Frame) -> Failures | None:
    """The sum of `of` over a portfolio's rows (those of `where`) is what `equals` gives on the first row that
    has it.

    A row whose number is missing makes the sum unknown, unless `blank_is_zero`; so does one of which
    it cannot be said whether it belongs to `where`.
    """
    target = parse_formula(rule.params["equals"])
    if not frame.has(rule.field) or not all(map(frame.has, target.fields)):
        return None
    groups = frame.groups
    parts = np.array(frame.value_of(parse_formula(rule.params.get("of", f"[{rule.field}]"))))
    if "where" in rule.params:
        counted = parse_condition(rule.params["where"]).answer(frame)
        parts[counted.no] = 0.0
        parts[~(counted.yes | counted.no)] = np.nan
    if rule.params.get("blank_is_zero"):
        parts = np.nan_to_num(parts)
    sums: Floats = np.bincount(groups.index, parts, len(groups.first)).astype(np.float64)
    given = frame.value_of(target)
    usable = np.flatnonzero(~np.isnan(given) & frame.mask(rule.when))[::-1]
    rows = groups.first.copy()
    rows[groups.index[usable]] = usable
    targets = given[rows]
    source = f" ({target.words})" if target.fields else ""
    failing = off(rule, sums, targets) & frame.mask(rule.when)[rows]
    fraction = frame.pack.fields[rule.field].type == "fraction"
    texts = {}
    for i in np.flatnonzero(failing).tolist():
        message = f"The sum is {short(sums[i])}, expected {short(targets[i])}{source}."
        if fraction and _hundredfold(sums[i], targets[i]):
            message += " It looks like percent; 1 stands for 100 %."
        texts[i] = (short(sums[i]), message)
    return group_failures(groups, texts)


def largest(rule: Rule, frame: Frame) -> Failures | None:
    """The largest number of a portfolio, whatever its sign, is not below `least`: else the unit is another.

    Asked where at least `rows` rows have a number other than 0.
    """
    if not frame.has(rule.field):
        return None
    groups = frame.groups
    sizes = np.where(frame.mask(rule.when), np.abs(frame.quantities(rule.field)), np.nan)
    counted = np.flatnonzero(sizes > 0)
    counts = np.bincount(groups.index[counted], minlength=len(groups.first))
    most = np.zeros(len(groups.first))
    np.maximum.at(most, groups.index[counted], sizes[counted])
    failing = (counts >= rule.params["rows"]) & (most < rule.params["least"])
    start = rule.message or "No number of the portfolio is larger than"
    return group_failures(
        groups, {i: (short(most[i]), f"{start} {short(most[i])}.") for i in np.flatnonzero(failing).tolist()}
    )


def _hundredfold(one: float, other: float) -> bool:
    """One is roughly a hundred times the other."""
    low, high = sorted((abs(one), abs(other)))
    return bool(50 * low < high < 150 * low)
