"""Checks of security and entity codes against their declared type."""

import numpy as np

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.arrays import text_bytes
from ingestion.pipeline.rules.failures import Failures, by_value, failures_at
from ingestion.pipeline.rules.frame import Frame, Mask
from ingestion.pipeline.rules.rule import Rule

_NAMES = {"isin": "ISIN", "lei": "LEI", "cusip": "CUSIP", "sedol": "SEDOL", "wkn": "WKN", "figi": "FIGI"}


def isin(rule: Rule, frame: Frame) -> Failures | None:
    """A code declared as ISIN (or a field of ISINs) is one; a leg's ISIN with suffix is another rule."""
    where = _declared(rule, frame, "1")
    if "legs" in rule.params:
        where &= ~_legs(rule, frame)
    return by_value(frame, rule.field, families.explain_isin, where, families.isin_mask)


def isin_leg(rule: Rule, frame: Frame) -> Failures | None:
    """An ISIN with a suffix on a row that belongs to an instrument with several legs."""
    where = _declared(rule, frame, "1") & _legs(rule, frame)
    return by_value(
        frame, rule.field, lambda value: "An ISIN with a suffix, taken as the id of a leg.", where
    )


def _legs(rule: Rule, frame: Frame) -> Mask:
    """Per row: a grouping code is given and the id is a valid ISIN followed by something."""
    grouped = frame.filled(rule.params["legs"])
    if not grouped.any():
        return grouped
    column = frame.column(rule.field)
    legs = np.diff(text_bytes(column.texts)[1]) > 12
    for i in np.flatnonzero(legs).tolist():
        legs[i] = families.is_isin(column.at(i)[:12])
    return grouped & column.spread(legs)


def code_of_type(rule: Rule, frame: Frame) -> Failures | None:
    """A code declared as one of `family` (its type field says `says`, such as `SEDOL|3`) keeps its rules.

    Valid codes of the families it `leaves` are another rule's: there the type is wrong, not the code.
    """
    where = _declared(rule, frame, str(rule.params["says"]))
    explain = families.FAMILIES[rule.params["family"]]
    others = rule.params.get("leaves", ())
    if not others:
        return by_value(frame, rule.field, explain, where)
    return by_value(
        frame, rule.field, lambda value: None if families.detect(value) in others else explain(value), where
    )


def other_type(rule: Rule, frame: Frame) -> Failures | None:
    """A valid code of one family is not declared as another: `types` maps what is declared to its family."""
    if not frame.has(rule.field):
        return None
    types: dict[str, str] = rule.params["types"]
    code, field = frame.column(rule.field), rule.params["type"]
    messages: dict[int, str] = {}
    failing = np.zeros(frame.rows, np.bool_)
    for says, family in types.items():
        # A type that is itself missing or wrong has its own finding.
        other = frame.typed(field) & ~frame.one_of(field, {says}) & frame.mask(rule.when)
        found = np.zeros(code.distinct, np.bool_)
        for i in np.unique(code.codes[other]).tolist():
            if frame.family(rule.field, i) == family:
                messages[i] = f"A valid {_NAMES[family]}, but field {field} says it is another kind of code."
                found[i] = True
        failing |= other & found[code.codes]
    return failures_at(frame, rule.field, messages, failing)


def lei(rule: Rule, frame: Frame) -> Failures | None:
    """A code declared as LEI is one."""
    return by_value(frame, rule.field, families.explain_lei, _declared(rule, frame, "1"), families.lei_mask)


def _declared(rule: Rule, frame: Frame, says: str) -> Mask:
    """Per row: the type field says so; all rows where the rule names no type field."""
    where = frame.mask(rule.when)
    if "type" not in rule.params:
        return where.copy()
    return where & frame.one_of(rule.params["type"], says.split("|"))
