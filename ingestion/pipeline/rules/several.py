"""Checks of cells that hold several codes: each once, all known elsewhere, as many as there should be."""

import re

from ingestion.pipeline.rules.failures import Failures, by_value, on_pairs
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

_BETWEEN = re.compile(r"[;/,|]")
_BETWEEN_LINKS = re.compile(";")
_COUNT = re.compile("[0-9]{1,9}")


def distinct(rule: Rule, frame: Frame) -> Failures | None:
    """No code stands in the cell twice."""

    def explain(value: str) -> str | None:
        codes = [code.casefold() for code in _codes(value) if code]
        twice = dict.fromkeys(code for code in codes if codes.count(code) > 1)
        return f"Listed more than once: {', '.join(map(str.upper, twice))}." if twice else None

    return by_value(frame, rule.field, explain, frame.mask(rule.when))


def among(rule: Rule, frame: Frame) -> Failures | None:
    """Every code of the cell also stands in the field `other` of the row."""
    other = rule.params["other"]

    def explain(value: str, wider: str) -> str | None:
        missing = [code for code in _codes(value) if code and code not in _codes(wider)]
        return f"Not in field {other}: {', '.join(missing)}." if missing else None

    return on_pairs(frame, rule.field, other, explain, frame.mask(rule.when))


def as_many(rule: Rule, frame: Frame) -> Failures | None:
    """The cell holds as many entries as the field `other` says, or as there are in it."""
    other = rule.params["other"]
    counted = frame.pack.fields[other].type in ("integer", "decimal")
    links = frame.pack.fields[rule.field].type == "url"

    def explain(value: str, wanted: str) -> str | None:
        entries = len(_codes(value, _BETWEEN_LINKS if links else _BETWEEN))
        blank = value.endswith(";")  # the end of the list, or a last entry that is left blank
        if counted and not _COUNT.fullmatch(wanted):
            return None
        expected = int(wanted) if counted else len(_codes(wanted))
        if expected in (entries, entries + blank):
            return None
        return f"{entries} {'entry' if entries == 1 else 'entries'}; field {other} gives {expected}."

    return on_pairs(frame, rule.field, other, explain, frame.mask(rule.when))


def _codes(value: str, between: re.Pattern[str] = _BETWEEN) -> list[str]:
    """The entries of a cell, blank ones included, but for one behind a last separator."""
    codes = [code.strip() for code in between.split(value)]
    return codes[:-1] if len(codes) > 1 and not codes[-1] else codes
