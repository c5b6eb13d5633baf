"""Checks of one cell at a time: type, closed list, length, presence, version."""

import datetime as dt
import re

import numpy as np

from ingestion.pipeline.pack import code_set
from ingestion.pipeline.recognise import version_in
from ingestion.pipeline.rules.frame import Failures, Frame, blank_failures, by_value, failures_at
from ingestion.pipeline.rules.rule import Rule

_ERROR_VALUES = frozenset(
    ["#N/A", "#NV", "#VALUE!", "#WERT!", "#REF!", "#BEZUG!", "#DIV/0!", "#NAME?", "#NUM!", "#ZAHL!", "#NULL!"]
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_SERIAL = re.compile(r"[1-9]\d{4}")
_OTHER_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{8}|\d{4}[./]\d{1,2}[./]\d{1,2}")
_NACE = re.compile(r"[A-V](?:\d{2}(?:\.?\d{1,2}(?:\.?\d{1,2})?)?)?")
_EXCEL_EPOCH = dt.date(1899, 12, 30)


def required(rule: Rule, frame: Frame) -> Failures | None:
    """A mandatory field is filled."""
    return blank_failures(
        frame,
        rule.field,
        frame.blank(rule.field),
        "The mandatory cell is empty.",
        "The mandatory column is missing.",
    )


def number(rule: Rule, frame: Frame) -> Failures | None:
    """A number with the decimal sign of the file."""
    values = frame.column(rule.field).values
    wrong = np.flatnonzero(np.isinf(frame.parsed(rule.field))).tolist()
    return failures_at(frame, rule.field, {i: _no_number(values[i], frame.delivery.decimal) for i in wrong})


def _no_number(value: str, decimal: str) -> str:
    if value.upper() in _ERROR_VALUES:
        return "A spreadsheet error value instead of a number."
    if "%" in value:
        return "A percent sign; 1 stands for 100 %."
    other = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?\d+\{other}\d+(?:[eE][+-]?\d+)?", value):
        return f"The file writes decimals with “{decimal}”; this value uses “{other}”."
    if _THOUSANDS.fullmatch(value):
        return "Thousands marks in a number."
    return "Not a number."


def date(rule: Rule, frame: Frame) -> Failures | None:
    """An ISO date that exists."""
    return by_value(frame, rule.field, _no_date)


def _no_date(value: str) -> str | None:
    if _ISO_DATE.fullmatch(value):
        try:
            dt.date.fromisoformat(value[:10])
        except ValueError:
            return "There is no such day in the calendar."
        return None
    if _SERIAL.fullmatch(value):
        day = _EXCEL_EPOCH + dt.timedelta(days=int(value))
        return f"A spreadsheet's day number (it stands for {day.isoformat()}), not a date."
    if _OTHER_DATE.fullmatch(value):
        return "The date is not written as year-month-day."
    return "Not a date."


def currency(rule: Rule, frame: Frame) -> Failures | None:
    """A currency code."""
    return by_value(frame, rule.field, lambda value: _no_code(value, code_set("currencies"), "currency"))


def country(rule: Rule, frame: Frame) -> Failures | None:
    """A country code, or one of the extra codes of the field."""
    known = code_set("countries") | set(frame.pack.fields[rule.field].codes)
    return by_value(frame, rule.field, lambda value: _no_code(value, known, "country"))


def _no_code(value: str, known: frozenset[str], what: str) -> str | None:
    if value in known:
        return None
    if what == "country" and value.upper() in ("UK", "EL"):
        return f"Not an ISO country code; use {'GB' if value.upper() == 'UK' else 'GR'}."
    if value.upper() in known:
        return f"The {what} code must be in capitals: {value.upper()}."
    return f"Not a {what} code."


def nace(rule: Rule, frame: Frame) -> Failures | None:
    """The shape of a NACE code."""
    return by_value(
        frame, rule.field, lambda value: None if _NACE.fullmatch(value) else "Not the shape of a NACE code."
    )


def code_list(rule: Rule, frame: Frame) -> Failures | None:
    """One of the codes of the field's closed list."""
    codes = frame.pack.fields[rule.field].codes
    alike = {_letters(code): code for code in codes}
    listed = ", ".join(codes)

    def explain(value: str) -> str | None:
        if value in codes:
            return None
        meant = alike.get(_letters(value))
        return f"Not in the list; write {meant}." if meant else f"Not one of {listed}."

    return by_value(frame, rule.field, explain)


def _letters(code: str) -> str:
    return re.sub(r"[\W_]", "", code).casefold()


def length(rule: Rule, frame: Frame) -> Failures | None:
    """At most so many characters."""
    limit = frame.pack.fields[rule.field].max_length or 0
    return by_value(
        frame,
        rule.field,
        lambda value: f"{len(value)} characters instead of at most {limit}." if len(value) > limit else None,
    )


def version(rule: Rule, frame: Frame) -> Failures | None:
    """The version cell names the version that was recognised from the columns."""
    expected = frame.pack.version

    def explain(value: str) -> str | None:
        found = version_in(value)
        if found == expected:
            return None
        seen = f"The cell says {found}" if found else "The cell names no version"
        return f"{seen}; the columns are those of {expected}."

    return by_value(frame, rule.field, explain)


def starts_with(rule: Rule, frame: Frame) -> Failures | None:
    """The value begins as expected."""
    start = str(rule.params["starts_with"])
    return by_value(
        frame,
        rule.field,
        lambda value: None if value.startswith(start) else f"It does not begin with {start}.",
    )


def row_width(rule: Rule, frame: Frame) -> Failures | None:
    """No row has more cells than the header."""
    positions = np.flatnonzero(np.isin(frame.delivery.row_numbers, frame.delivery.too_wide))
    message = "The row has more cells than the header; what follows the extra delimiter is shifted."
    return (
        Failures(positions, [""], [message], np.zeros(len(positions), np.int32)) if len(positions) else None
    )
