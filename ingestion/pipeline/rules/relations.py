"""Checks between the fields of one row: what a rule expects, and what can be computed from other fields."""

import numpy as np

from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.failures import Failures, group_failures, on_rows
from ingestion.pipeline.rules.formulas import Formula, parse_formula
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.numbers import short
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.rules.values import Floats

MAX_TEXTS = 10_000
"""Rows of one rule that get figures of their own in the message; the rest get the plain sentence."""


def expect(rule: Rule, frame: Frame) -> Failures | None:
    """Where the rule applies, what it expects does not surely fail."""
    expected = parse_condition(rule.params["expect"])
    failing = frame.mask(rule.when) & expected.answer(frame).no
    if rule.field and failing.any():
        failing &= frame.typed(rule.field) | frame.blank(rule.field)
    return on_rows(frame, rule.field, failing, rule.message or f"Expected: {expected.words}.")


def formula(rule: Rule, frame: Frame) -> Failures | None:
    """A number equals what other fields of the row give, within a relative and an absolute band."""
    wanted = parse_formula(rule.params["equals"])
    found, computed = frame.quantities(rule.field), frame.value_of(wanted)
    failing = frame.mask(rule.when) & off(rule, found, computed)
    if failing.any() and frame.pack.fields[rule.field].type == "fraction":
        usual = _usual_factor(frame, found, computed)[frame.groups.index] * computed
        failing &= ~(np.abs(found - usual) <= 0.001 * np.abs(usual))
    positions = np.flatnonzero(failing)
    if len(positions) > MAX_TEXTS:
        return on_rows(frame, rule.field, failing, f"The value is not {wanted.words}.")
    if not len(positions):
        return None
    column = frame.delivery.columns[rule.field]
    texts: dict[tuple[str, str], int] = {}
    index = [
        texts.setdefault(
            (column.values[column.codes[row]], _message(wanted, float(computed[row]))), len(texts)
        )
        for row in positions.tolist()
    ]
    values, messages = zip(*texts, strict=True)
    return Failures(positions, values, messages, np.array(index, np.int32))


def factor(rule: Rule, frame: Frame) -> Failures | None:
    """A share is not the same multiple of the formula all over a portfolio; said once, not on each row."""
    wanted = parse_formula(rule.params["equals"])
    if not frame.has(rule.field):
        return None
    found = np.where(frame.mask(rule.when), frame.numbers(rule.field), np.nan)
    usual = _usual_factor(frame, found, frame.value_of(wanted))
    texts = {}
    for i in np.flatnonzero(~np.isnan(usual)).tolist():
        message = f"On most rows the value is {usual[i]:.4g} times {wanted.words}."
        if 99 < usual[i] < 101:
            message += " It looks like percent; 1 stands for 100 %."
        texts[i] = (f"{usual[i]:.4g}", message)
    return group_failures(frame.groups, texts)


def _usual_factor(frame: Frame, found: Floats, computed: Floats) -> Floats:
    """Per portfolio the factor, other than 1, between a value and the computed one on most rows; else NaN."""
    with np.errstate(all="ignore"):
        ratios = np.where(found * computed != 0, found / computed, np.nan)
    rows = np.flatnonzero(np.isfinite(ratios))
    ratio, group, count = ratios[rows], frame.groups.index[rows], len(frame.groups.first)
    sizes = np.bincount(group, minlength=count)
    middle = (np.cumsum(sizes) - sizes + sizes // 2)[sizes > 0]
    usual = np.full(count, np.nan)
    usual[sizes > 0] = ratio[np.lexsort((ratio, group))][middle]
    agreeing = np.bincount(group, np.abs(ratio - usual[group]) <= 0.001 * np.abs(usual[group]), count)
    usual[(sizes < 3) | (2 * agreeing <= sizes) | (np.abs(usual - 1) <= 0.01)] = np.nan
    return usual


def _message(wanted: Formula, computed: float) -> str:
    return f"{wanted.words[:1].upper()}{wanted.words[1:]} gives {short(computed)}."


def off(rule: Rule, found: Floats, expected: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Beyond the tolerance, but not beyond `up_to`: there another rule begins. NaN is never beyond."""
    distance = np.abs(found - expected)
    relative = distance / np.maximum(np.abs(expected), 1e-9)
    failing = relative > rule.params.get("tolerance", 0.0)
    if "absolute" in rule.params:
        failing &= distance > rule.params["absolute"]
    if "up_to" in rule.params:
        failing &= relative <= rule.params["up_to"]
    return np.asarray(failing & ~np.isnan(distance))
