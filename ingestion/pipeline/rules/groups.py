"""Checks among the rows of a portfolio: the same on all, never the same, never alone."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.failures import Failures, on_rows
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.frame import Frame, Positions
from ingestion.pipeline.rules.numbers import short
from ingestion.pipeline.rules.rule import Rule

_Key = TypeVar("_Key")


def constant(rule: Rule, frame: Frame) -> Failures | None:
    """A field holds the same value on all rows of a portfolio (`across`: of the file) and of `by`.

    Found are rows unlike the commonest; numbers that are written differently are the same.
    """
    if not frame.has(rule.field):
        return None
    counted = np.flatnonzero(frame.typed(rule.field) & frame.mask(rule.when) & _named(rule, frame))
    column, group = frame.column(rule.field), _group(rule, frame)[counted]
    same = _same_numbers(rule, frame)
    pairs, seen, index, counts = np.unique(
        group * len(column.values) + same[column.codes[counted]],
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    group_of_pair = pairs // len(column.values)
    # The commonest of each group comes first; of two equally common ones the one that was written first.
    order = np.lexsort((seen, -counts, group_of_pair))
    leads = np.ones(len(order), np.bool_)
    leads[1:] = group_of_pair[order][1:] != group_of_pair[order][:-1]
    usual = order[leads][np.cumsum(leads) - 1]
    usual_of = np.empty(len(pairs), np.int64)
    usual_of[order] = usual
    failing = usual_of[index] != index
    raw = frame.delivery.columns[rule.field].values
    codes = (pairs % len(column.values)).tolist()
    return _explained(
        counted[failing],
        list(zip(index[failing].tolist(), usual_of[index[failing]].tolist(), strict=True)),
        lambda pair: (raw[codes[pair[0]]], f"Other rows say “{raw[codes[pair[1]]].strip()[:100]}”."),
    )


def _same_numbers(rule: Rule, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Per distinct value the place of the first one that is the same number; its own for what is none."""
    same = np.arange(len(frame.column(rule.field).values))
    if frame.pack.fields[rule.field].type in ("decimal", "fraction"):
        parsed = frame.parsed(rule.field)
        numbers = np.flatnonzero(np.isfinite(parsed))
        _, first, inverse = np.unique(parsed[numbers], return_index=True, return_inverse=True)
        same[numbers] = numbers[first[inverse]]
    return same


def unique(rule: Rule, frame: Frame) -> Failures | None:
    """No two rows of a portfolio agree in all fields of `by`; rows without the first of them are skipped."""
    fields = rule.params["by"]
    if not frame.has(fields[0]):
        return None
    index = frame.combined(fields, None if rule.params.get("across") else frame.groups.index)
    counted = np.flatnonzero(frame.filled(fields[0]) & frame.mask(rule.when))
    _, first, inverse = np.unique(index[counted], return_index=True, return_inverse=True)
    original = counted[first][inverse]
    repeated = np.flatnonzero(original != counted)
    column = frame.delivery.columns.get(rule.field)
    start = rule.message or "The same as row"
    return _explained(
        counted[repeated],
        original[repeated].tolist(),
        lambda row: (
            column.values[column.codes[row]] if column else "",
            f"{start} {frame.delivery.row_numbers[row]}.",
        ),
    )


def repeated(rule: Rule, frame: Frame) -> Failures | None:
    """Every value of a field stands on at least `times` rows of its portfolio."""
    if not frame.has(rule.field):
        return None
    index = frame.combined([rule.field], frame.groups.index)
    counts = np.bincount(index)
    failing = (counts[index] < rule.params["times"]) & frame.filled(rule.field) & frame.mask(rule.when)
    times = rule.params["times"]
    return on_rows(frame, rule.field, failing, rule.message or f"It stands on fewer than {times} rows.")


def steady(rule: Rule, frame: Frame) -> Failures | None:
    """A ratio is the same on all rows of a portfolio with the same `by`: rows away from their median."""
    ratio = parse_formula(rule.params["of"])
    values = np.array(frame.value_of(ratio))
    mask = frame.mask(rule.when) & ~np.isnan(values) & _named(rule, frame)
    if "where" in rule.params:
        mask &= frame.mask(parse_condition(rule.params["where"]))
    counted = np.flatnonzero(mask)
    if not len(counted):
        return None
    group = np.unique(_group(rule, frame)[counted], return_inverse=True)[1]
    order = np.lexsort((values[counted], group))
    sizes = np.bincount(group)
    starts = np.cumsum(sizes) - sizes
    medians = values[counted][order][starts + sizes // 2][group]
    distance = np.abs(values[counted] - medians)
    failing = distance > rule.params["tolerance"] * np.maximum(np.abs(medians), 1e-12)
    if "absolute" in rule.params:
        # A rate of a tiny amount is mostly rounding: the amount that is off must itself be worth naming.
        weight = np.abs(frame.value_of(parse_formula(f"[{rule.params['absolute_of']}]"))[counted])
        failing &= distance * weight > rule.params["absolute"]
    column = frame.delivery.columns[rule.field]
    positions = counted[failing]
    return _explained(
        positions,
        list(zip(positions.tolist(), values[positions].tolist(), medians[failing].tolist(), strict=True)),
        lambda found: (
            column.values[column.codes[found[0]]],
            f"{ratio.words} is {short(found[1])} here and {short(found[2])} on the other rows.",
        ),
    )


def _group(rule: Rule, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    start = None if rule.params.get("across") else frame.groups.index
    return frame.combined(rule.params.get("by", ()), start)


def _named(rule: Rule, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows on which all fields of `by` are filled."""
    mask = np.ones(frame.rows, np.bool_)
    for field in rule.params.get("by", ()):
        mask &= frame.filled(field)
    return mask


def _explained(
    positions: Positions, keys: list[_Key], explain: Callable[[_Key], tuple[str, str]]
) -> Failures | None:
    """Failures with a value and a message per distinct key."""
    if not len(positions):
        return None
    places: dict[_Key, int] = {}
    index = np.array([places.setdefault(key, len(places)) for key in keys], np.int32)
    values, messages = zip(*map(explain, places), strict=True)
    return Failures(positions, values, messages, index)
