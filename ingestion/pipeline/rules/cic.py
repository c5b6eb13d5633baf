"""Checks of the Complementary Identification Code: place of listing, class, sub-class."""

import re

from ingestion.pipeline.pack import cic_table, code_set
from ingestion.pipeline.rules.failures import Failures, by_value
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

NOT_LISTED = frozenset(["XL", "XT", "XV"])
_CIC = re.compile(r"[A-Z]{2}[0-9A-F][0-9A-Z]")


def cic(rule: Rule, frame: Frame) -> Failures | None:
    """Four characters in the right shape."""
    return by_value(frame, rule.field, _no_cic)


def _no_cic(value: str) -> str | None:
    if _CIC.fullmatch(value):
        return None
    if len(value) != 4:
        return f"A CIC has 4 characters, this has {len(value)}."
    return "A CIC is written in capitals." if _CIC.fullmatch(value.upper()) else "Not the shape of a CIC."


def cic_country(rule: Rule, frame: Frame) -> Failures | None:
    """The first two characters are a country or one of the codes for what is not listed."""
    known = code_set("countries") | NOT_LISTED

    def explain(value: str) -> str | None:
        if not _CIC.fullmatch(value) or value[:2] in known:
            return None
        return f"{value[:2]} is neither a country nor XL, XT or XV."

    return by_value(frame, rule.field, explain)


def cic_subclass(rule: Rule, frame: Frame) -> Failures | None:
    """The fourth character is a sub-class of the class."""
    table = cic_table()

    def explain(value: str) -> str | None:
        if not _CIC.fullmatch(value) or value[3] in table[value[2]][1]:
            return None
        return f"Class {value[2]} ({table[value[2]][0]}) has no sub-class {value[3]}."

    return by_value(frame, rule.field, explain)
