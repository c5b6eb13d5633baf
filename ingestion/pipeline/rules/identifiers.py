"""Checks of security and entity codes against their declared type.

The two check-digit sums are written out, a few lines each: python-stdnum, with which the tests compare them,
takes 20 times as long, and a file holds tens of thousands of distinct codes.
"""

import re

from ingestion.pipeline.rules.frame import Failures, Frame, Mask, blank_failures, by_value
from ingestion.pipeline.rules.rule import Rule

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_LETTERS_AS_NUMBERS = {ord(letter): str(i) for i, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}
_DOUBLED = {ord(str(i)): str(sum(divmod(2 * i, 10))) for i in range(10)}
_FLOAT = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+|\d{15,19}0+")
_NOT_ISIN_TYPES = frozenset(["2", "3", "99"])


def is_isin(value: str) -> bool:
    """Twelve capitals and digits with a right check digit (new country prefixes appear, so any will do)."""
    if not _ISIN.fullmatch(value):
        return False
    digits = value.translate(_LETTERS_AS_NUMBERS)[::-1]
    doubled = digits[1::2].translate(_DOUBLED)
    return (sum(map(int, digits[::2])) + sum(map(int, doubled))) % 10 == 0


def is_lei(value: str) -> bool:
    """Twenty capitals and digits with right check digits (ISO 7064, modulus 97)."""
    return bool(_LEI.fullmatch(value)) and int(value.translate(_LETTERS_AS_NUMBERS)) % 97 == 1


def isin(rule: Rule, frame: Frame) -> Failures | None:
    """A code declared as ISIN is one (a leg's ISIN with suffix is another rule)."""
    where = frame.one_of(rule.params["type"], {"1"})
    if "legs" in rule.params:
        where &= ~_legs(rule, frame)
    return by_value(frame, rule.field, _no_isin, where)


def _no_isin(value: str) -> str | None:
    if is_isin(value):
        return None
    if is_isin(value.upper()):
        return "An ISIN is written in capitals."
    if len(value) != 12:
        return f"An ISIN has 12 characters, this has {len(value)}."
    return "The check digit is wrong." if _ISIN.fullmatch(value) else "Not the shape of an ISIN."


def isin_leg(rule: Rule, frame: Frame) -> Failures | None:
    """An ISIN with a suffix on a row that belongs to an instrument with several legs."""
    where = frame.one_of(rule.params["type"], {"1"}) & _legs(rule, frame)
    return by_value(
        frame, rule.field, lambda value: "An ISIN with a suffix, taken as the id of a leg.", where
    )


def _legs(rule: Rule, frame: Frame) -> Mask:
    """Per row: a grouping code is given and the id is a valid ISIN followed by something."""
    grouped = ~frame.blank(rule.params["legs"])
    if not grouped.any():
        return grouped
    values = frame.column(rule.field).values
    return grouped & frame.spread(rule.field, [len(value) > 12 and is_isin(value[:12]) for value in values])


def isin_type(rule: Rule, frame: Frame) -> Failures | None:
    """A valid ISIN is not declared as another kind of code."""
    where = frame.one_of(rule.params["type"], _NOT_ISIN_TYPES)
    message = f"A valid ISIN, but field {rule.params['type']} says it is another kind of code."
    return by_value(frame, rule.field, lambda value: message if is_isin(value) else None, where)


def lei(rule: Rule, frame: Frame) -> Failures | None:
    """A code declared as LEI is one."""
    return by_value(frame, rule.field, _no_lei, frame.one_of(rule.params["type"], {"1"}))


def _no_lei(value: str) -> str | None:
    if is_lei(value):
        return None
    if _FLOAT.fullmatch(value):
        return "A spreadsheet turned this LEI into a number; its last digits are lost."
    if is_lei(value.upper()):
        return "An LEI is written in capitals."
    if len(value) != 20:
        return f"An LEI has 20 characters, this has {len(value)}."
    return "The check digits are wrong." if _LEI.fullmatch(value) else "Not the shape of an LEI."


def code_without_value(rule: Rule, frame: Frame) -> Failures | None:
    """Where the type says LEI the code is filled."""
    failing = frame.one_of(rule.params["type"], {"1"}) & frame.blank(rule.field)
    return blank_failures(
        frame,
        rule.field,
        failing,
        f"Field {rule.params['type']} says LEI, but there is no code.",
        f"Field {rule.params['type']} says LEI, but the column is missing.",
    )


def value_without_code(rule: Rule, frame: Frame) -> Failures | None:
    """Where a code is given its type is filled."""
    failing = ~frame.blank(rule.params["code"]) & frame.blank(rule.field)
    return blank_failures(
        frame,
        rule.field,
        failing,
        f"Field {rule.params['code']} holds a code, but its type is empty.",
        f"Field {rule.params['code']} holds codes, but the column with their type is missing.",
    )
