"""Checks over a whole portfolio.

One that cannot be computed, because a cell is blank or no number, is left out: the cell has its own finding.
"""

import numpy as np

from ingestion.pipeline.rules.frame import Failures, Floats, Frame, group_failures
from ingestion.pipeline.rules.rule import Rule


def total(rule: Rule, frame: Frame) -> Failures | None:
    """The sum of a field over the portfolio equals a constant or another field, within a relative band."""
    if not frame.has(rule.field):
        return None
    groups = frame.groups
    sums: Floats = np.bincount(groups.index, frame.numbers(rule.field), len(groups.first)).astype(np.float64)
    other = rule.params.get("equals_field")
    targets = (
        frame.numbers(other)[groups.first] if other else np.full(len(sums), float(rule.params["equals"]))
    )
    texts = {}
    for i in _outside(rule, sums, targets):
        source = f" (field {other})" if other else ""
        message = f"The sum is {_short(sums[i])}, expected {_short(targets[i])}{source}."
        if not other and 50 < sums[i] < 150:
            message += " The values look like percent; 1 stands for 100 %."
        texts[i] = (_short(sums[i]), message)
    return group_failures(groups, texts)


def product(rule: Rule, frame: Frame) -> Failures | None:
    """A field of the portfolio equals the product of others, within a relative band."""
    groups = frame.groups
    declared = frame.numbers(rule.field)[groups.first]
    result = np.ones(len(declared))
    for factor in rule.params["factors"]:
        result = result * frame.numbers(factor)[groups.first]
    names = " × ".join(f"field {factor}" for factor in rule.params["factors"])
    texts = {
        i: (
            _short(declared[i]),
            f"{names} is {_short(result[i])}, field {rule.field} says {_short(declared[i])}.",
        )
        for i in _outside(rule, declared, result)
    }
    return group_failures(groups, texts)


def _outside(rule: Rule, found: Floats, expected: Floats) -> list[int]:
    """Groups whose relative distance is above the band (and not above `up_to`: there another rule begins)."""
    distance = np.abs(found - expected) / np.maximum(np.abs(expected), 1e-9)
    failing = distance > rule.params["above"]  # NaN compares as false: not computable, no finding
    if "up_to" in rule.params:
        failing &= distance <= rule.params["up_to"]
    return [int(i) for i in np.flatnonzero(failing)]


def _short(number: float) -> str:
    return f"{number:.10g}"
