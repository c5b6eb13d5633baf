"""Checks of what must be filled, and of what must not."""

import numpy as np

from ingestion.pipeline.pack import Trigger
from ingestion.pipeline.rules.failures import Failures, blank_failures, group_failures, on_rows
from ingestion.pipeline.rules.frame import Frame, Mask
from ingestion.pipeline.rules.rule import Rule


def required(rule: Rule, frame: Frame) -> Failures | None:
    """A field is filled, on the rows where it must be."""
    reason = f", although {rule.when.words}" if rule.when else ""
    return blank_failures(
        frame,
        rule.field,
        frame.mask(rule.when) & frame.blank(rule.field),
        rule.message or (f"The cell is empty{reason}." if reason else "The mandatory cell is empty."),
        f"The column is missing{reason}." if reason else "The mandatory column is missing.",
    )


MANY = 3
"""So many filled fields of a block that should be empty: not the cells are wrong, but what says so."""


def forbidden(rule: Rule, frame: Frame) -> Failures | None:
    """A field is empty, on the rows where it must be; unless `many` of its block are filled: see below."""
    reason = f", because {rule.when.words}" if rule.when else ""
    failing = frame.mask(rule.when) & frame.typed(rule.field)
    if "others" in rule.params and failing.any():
        failing &= ~_many(frame, rule.params["others"])
    return on_rows(frame, rule.field, failing, rule.message or f"The cell must be empty{reason}.")


def block_empty(rule: Rule, frame: Frame) -> Failures | None:
    """A block of fields is not filled where it should be empty: shown once, at the field that says so."""
    failing = frame.mask(rule.when)
    if failing.any():
        failing = failing & _many(frame, rule.params["others"])
    return on_rows(frame, rule.field, failing, rule.message or "Fields that should be empty are filled.")


def _many(frame: Frame, fields: list[str]) -> Mask:
    count = np.zeros(frame.rows, np.int16)
    for field in filter(frame.has, fields):
        count += frame.typed(field)
    return np.asarray(count >= MANY)


def one_filled(rule: Rule, frame: Frame) -> Failures | None:
    """At least one of several fields is filled."""
    failing = frame.mask(rule.when) & frame.blank(rule.field)
    for other in rule.params["others"]:
        failing &= frame.blank(other)
    listed = ", ".join([rule.field, *rule.params["others"]])
    return on_rows(frame, rule.field, failing, rule.message or f"None of the fields {listed} is filled.")


def matrix_required(rule: Rule, frame: Frame) -> Failures | None:
    """A field is filled where its instrument class asks for it because of another field of the row."""
    failing = np.zeros(frame.rows, np.bool_)
    reasons: dict[str, None] = {}
    for letter, trigger in frame.pack.fields[rule.field].cic.items():
        if trigger.kind in ("filled", "one of"):
            triggered = _triggered(frame, trigger)
            failing |= frame.classes(rule.params["cic"], (letter,)) & triggered
            reasons[_reason(trigger)] = None
    failing &= frame.mask(rule.when)
    because = " or ".join(reasons)
    return blank_failures(
        frame,
        rule.field,
        failing & frame.blank(rule.field),
        rule.message or f"The cell is empty, although {because}.",
        f"The column is missing, although {because}.",
    )


def matrix_coverage(rule: Rule, frame: Frame) -> Failures | None:
    """On how many of the rows to whose instrument class a field applies it is filled."""
    return _coverage(rule, frame, _class_applies(rule, frame) & frame.mask(rule.when))


def coverage(rule: Rule, frame: Frame) -> Failures | None:
    """On how many of the rows on which a field can apply it is filled."""
    return _coverage(rule, frame, frame.mask(rule.when))


def _coverage(rule: Rule, frame: Frame, applies: Mask) -> Failures | None:
    filled = applies & frame.filled(rule.field)
    groups = frame.file if rule.scope == "file" else frame.groups
    wanted = np.bincount(groups.index, applies, len(groups.first)).astype(np.int64)
    found = np.bincount(groups.index, filled, len(groups.first)).astype(np.int64)
    texts = {}
    for i in np.flatnonzero(found < wanted).tolist():
        share = 100 * int(found[i]) // int(wanted[i])
        rows = "row" if wanted[i] == 1 else "rows"
        texts[i] = (
            f"{share} %",
            f"Filled on {found[i]:,} of {wanted[i]:,} {rows} it applies to ({share} %).",
        )
    return group_failures(groups, texts)


def _class_applies(rule: Rule, frame: Frame) -> Mask:
    words: list[str] = []
    for letter, trigger in frame.pack.fields[rule.field].cic.items():
        if trigger.kind == "always":
            words.append(letter)
        elif trigger.kind == "sub-classes":
            words += trigger.values
    return frame.classes(rule.params["cic"], tuple(words))


def _triggered(frame: Frame, trigger: Trigger) -> Mask:
    if trigger.kind == "filled":
        return frame.filled(trigger.field)
    wanted = frozenset(map(str.casefold, trigger.values))
    return frame.matching(trigger.field, lambda value: value.casefold() in wanted)


def _reason(trigger: Trigger) -> str:
    if trigger.kind == "filled":
        return f"field {trigger.field} is filled"
    return f"field {trigger.field} is {' or '.join(trigger.values)}"
