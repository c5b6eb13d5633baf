"""Checks of single cells against the type of their field. All work on distinct values."""

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.arrays import text_bytes
from ingestion.pipeline.codefamilies.nace import REVISIONS
from ingestion.pipeline.pack import pack_names
from ingestion.pipeline.recognise import version_in
from ingestion.pipeline.rules.failures import Failures, by_value, failures_at, group_failures
from ingestion.pipeline.rules.frame import Frame, Mask, noted
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.rules.values import ISO_DATE

_ERROR_VALUES = frozenset(
    ["#N/A", "#NV", "#VALUE!", "#WERT!", "#REF!", "#BEZUG!", "#DIV/0!", "#NAME?", "#NUM!", "#ZAHL!", "#NULL!"]
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_SERIAL = re.compile(r"[1-9]\d{4}")
_OTHER_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{8}|\d{4}[./]\d{1,2}[./]\d{1,2}")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_SEPARATORS = re.compile(r"[;/,|]")
MAX_SCALE = 18
"""Digits behind the decimal sign that the common schema keeps."""
_MOST_WHOLE = 1e10
"""What a ratio of the common schema is below; an amount may be larger."""


def number(rule: Rule, frame: Frame) -> Failures | None:
    """A number with the decimal sign of the file."""
    wrong = np.flatnonzero(np.isinf(frame.parsed(rule.field))).tolist()
    text = frame.column(rule.field).at
    return failures_at(frame, rule.field, {i: _no_number(text(i), frame.delivery.decimal) for i in wrong})


def number_or_code(rule: Rule, frame: Frame) -> Failures | None:
    """A number, or one of the codes of the field's list."""
    codes = frame.pack.fields[rule.field].codes
    wrong = np.flatnonzero(np.isinf(frame.parsed(rule.field))).tolist()
    text = frame.column(rule.field).at
    message = f"Neither a number nor one of {', '.join(codes)}."
    return failures_at(frame, rule.field, {i: message for i in wrong if text(i) not in codes})


def integer(rule: Rule, frame: Frame) -> Failures | None:
    """A whole number."""
    parsed = frame.parsed(rule.field)
    wrong = np.flatnonzero(
        ~np.isnan(parsed) & (np.isinf(parsed) | (np.where(np.isfinite(parsed), parsed, 0.5) % 1 != 0))
    )
    text = frame.column(rule.field).at
    return failures_at(
        frame,
        rule.field,
        {i: _no_integer(text(i), frame.delivery.decimal, bool(np.isinf(parsed[i]))) for i in wrong.tolist()},
    )


def _no_integer(value: str, decimal: str, no_number: bool) -> str:
    return _no_number(value, decimal) if no_number else "A whole number is expected."


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


def value_range(rule: Rule, frame: Frame) -> Failures | None:
    """A number within the range of the field, both ends included."""
    low, high = frame.pack.fields[rule.field].range
    parsed = frame.parsed(rule.field)
    finite = np.isfinite(parsed)
    below = finite & (parsed < (-np.inf if low is None else float(low)))
    above = finite & (parsed > (np.inf if high is None else float(high)))
    percent = high is not None and high <= 1
    messages = {int(i): f"Less than {low}." for i in np.flatnonzero(below)}
    for i in np.flatnonzero(above).tolist():
        hint = " It looks like percent; 1 stands for 100 %." if percent and parsed[i] <= 100 else ""
        messages[i] = f"More than {high}.{hint}"
    return failures_at(frame, rule.field, messages)


def date(rule: Rule, frame: Frame) -> Failures | None:
    """An ISO date that exists; several, if the field holds several."""
    column = frame.column(rule.field)
    # Among several, a blank stands for a document that there is not.
    several = _each(lambda part: _no_date(part) if part else None, blanks=True)
    explain = several if frame.pack.fields[rule.field].multi else _no_date
    wrong = np.flatnonzero(np.isnan(frame.dates(rule.field)) & ~column.empty).tolist()
    messages = {i: message for i in wrong if (message := explain(column.at(i)))}
    return failures_at(frame, rule.field, messages)


def _no_date(value: str) -> str | None:
    if ISO_DATE.fullmatch(value):
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
    return by_value(frame, rule.field, families.explain_currency)


def country(rule: Rule, frame: Frame) -> Failures | None:
    """A country code, or one of the extra codes of the field."""
    return by_value(frame, rule.field, _or_listed(rule, frame, families.explain_country))


def country_list(rule: Rule, frame: Frame) -> Failures | None:
    """Country codes with a separator between them."""
    return by_value(frame, rule.field, _each(families.explain_country))


def language(rule: Rule, frame: Frame) -> Failures | None:
    """A language code of three letters."""
    return by_value(frame, rule.field, families.explain_language3)


def language_list(rule: Rule, frame: Frame) -> Failures | None:
    """Language codes of two letters with a separator between them."""
    return by_value(frame, rule.field, _each(families.explain_language2))


def email(rule: Rule, frame: Frame) -> Failures | None:
    """The shape of an e-mail address."""
    return by_value(frame, rule.field, families.explain_email)


def url(rule: Rule, frame: Frame) -> Failures | None:
    """The shape of a web address; of several, some may be "Not Available"."""
    if not frame.pack.fields[rule.field].multi:
        return by_value(frame, rule.field, families.explain_url)
    return by_value(frame, rule.field, _no_links)


def _no_links(value: str) -> str | None:
    links = [link for link in value.split(";") if link.strip().casefold() not in ("", "not available")]
    return families.explain_url(";".join(links)) if links else None


def nace(rule: Rule, frame: Frame) -> Failures | None:
    """A code of the classification of economic activities: of one of `revisions`, 2.0 unless told."""
    first, *others = rule.params.get("revisions", ["2.0"])

    def explain(value: str) -> str | None:
        if any(families.is_nace(value, revision) for revision in others):
            return None
        return families.explain_nace(value, first)

    return by_value(frame, rule.field, _or_listed(rule, frame, explain))


def nace_revision(rule: Rule, frame: Frame) -> Failures | None:
    """On how many rows a valid code is of none of `revisions`; what is no code at all is another rule's."""
    wanted = rule.params["revisions"]
    others = [revision for revision in REVISIONS if revision not in wanted]

    def older(value: str) -> bool:
        known = (any(families.is_nace(value, revision) for revision in group) for group in (wanted, others))
        return tuple(known) == (False, True)

    count = int(frame.matching(rule.field, older).sum())
    said = (
        f"{count:,} {'row has a code' if count == 1 else 'rows have codes'} of NACE {', '.join(others)} here."
    )
    return group_failures(frame.file, {0: ("", said)} if count else {})


def entity(rule: Rule, frame: Frame) -> Failures | None:
    """An LEI, in a field that holds nothing else."""
    return by_value(frame, rule.field, families.explain_lei, good=families.lei_mask)


def code_list(rule: Rule, frame: Frame) -> Failures | None:
    """One of the codes of the field's closed list."""
    return by_value(frame, rule.field, _no_code(rule, frame))


def multi_list(rule: Rule, frame: Frame) -> Failures | None:
    """Codes of the field's list with a separator between them."""
    return by_value(frame, rule.field, _each(_no_code(rule, frame)))


def _no_code(rule: Rule, frame: Frame) -> Callable[[str], str | None]:
    codes = frame.pack.fields[rule.field].codes
    alike = {_letters(code): code for code in codes}
    listed = ", ".join(codes)

    def explain(value: str) -> str | None:
        if value in codes:
            return None
        meant = alike.get(_letters(value))
        return f"Not in the list; write {meant}." if meant else f"Not one of {listed}."

    return explain


def _letters(code: str) -> str:
    return re.sub(r"[\W_]", "", code).casefold()


def _or_listed(rule: Rule, frame: Frame, explain: Callable[[str], str | None]) -> Callable[[str], str | None]:
    codes = frame.pack.fields[rule.field].codes
    return lambda value: None if value in codes else explain(value)


def _each(explain: Callable[[str], str | None], blanks: bool = False) -> Callable[[str], str | None]:
    """For a cell with several codes: what is wrong with the first wrong one, and which it is."""

    def all_parts(value: str) -> str | None:
        parts = [part.strip() for part in _SEPARATORS.split(value)]
        for place, part in enumerate(parts, 1):
            problem = explain(part) if part or blanks else "An entry of the list is empty."
            if problem:
                return problem if len(parts) == 1 else f"Entry {place}: {problem}"
        return None

    return all_parts


def length(rule: Rule, frame: Frame) -> Failures | None:
    """At most so many characters."""
    limit = frame.pack.fields[rule.field].max_length or 0
    return by_value(
        frame,
        rule.field,
        lambda value: f"{len(value)} characters instead of at most {limit}." if len(value) > limit else None,
        good=lambda texts: np.diff(text_bytes(texts)[1]) <= limit,  # a character has a byte at least
    )


def precision(rule: Rule, frame: Frame) -> Failures | None:
    """A number keeps all its digits in the common schema."""
    if not frame.has(rule.field):
        return None
    column = frame.column(rule.field)
    parsed = frame.parsed(rule.field)
    worth = _has_many_digits(column.texts) | (np.abs(parsed) >= _MOST_WHOLE)
    places = np.flatnonzero(worth & np.isfinite(parsed)).tolist()
    if not places:
        return None
    from ingestion.pipeline.transform import kinds, unfit  # imported here: few files have such numbers

    lost = unfit([column.at(i) for i in places], frame.delivery.decimal, kinds(frame.pack)[rule.field])
    message = "The number has more digits than the common schema can hold."
    return failures_at(frame, rule.field, {i: message for i, gone in zip(places, lost, strict=True) if gone})


def _has_many_digits(texts: pa.Array) -> Mask:
    """Whether a number is long or has an exponent: only then can it have too many digits behind its sign."""
    letters, offsets = text_bytes(texts)
    long = np.diff(offsets) > MAX_SCALE
    long[np.searchsorted(offsets, np.flatnonzero((letters | 0x20) == ord("e")), side="right") - 1] = True
    return long


def version(rule: Rule, frame: Frame) -> Failures | None:
    """The version cell names the version that was recognised from the columns."""
    pack = frame.pack
    texts = {_letters(text) for text in pack.version_texts}
    nearest = bool(noted(frame, "NEAREST_VERSION"))

    def explain(value: str) -> str | None:
        found = version_in(value)
        if found == pack.version or _letters(value) in texts:
            return None
        if nearest and found and found not in {version for _, version in pack_names()}:
            return None  # a version still to come has a rule of its own
        seen = f"The cell says {found}" if found else "The cell names no version"
        return f"{seen}; the columns are those of {pack.version}."

    return by_value(frame, rule.field, explain)
