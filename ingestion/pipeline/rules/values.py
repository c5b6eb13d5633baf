"""Numbers and days of distinct texts."""

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.rules.formulas import day_number

Floats = npt.NDArray[np.float64]
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


def _number(decimal: str) -> str:
    sign = re.escape(decimal)
    return rf"[+-]?(?:\d++(?:{sign}\d*+)?|{sign}\d++)(?:[eE][+-]?\d++)?"


_NUMBER = {decimal: re.compile(_number(decimal)) for decimal in ".,"}
# One match over all distinct values at once: a column without a mistake, the usual case, is decided by it.
_ALL_DATES = re.compile(r"(?:(?:\d{4}-\d{2}-\d{2})?+(?:\n|\Z))*+")


def numbers_of(values: list[str], decimal: str) -> Floats:
    """Numbers with this decimal sign; NaN for a blank, infinity for what is no number."""
    texts = [value.replace(",", ".") for value in values] if decimal == "," else values.copy()
    is_number = _NUMBER[decimal].fullmatch
    for i in np.flatnonzero(~_plain(values, decimal)).tolist():
        if not is_number(values[i]):
            texts[i] = "inf" if values[i] else "nan"
    return np.fromiter(map(float, texts), np.float64, len(texts))


def _plain(values: list[str], decimal: str) -> npt.NDArray[np.bool_]:
    """Per value: surely a number, being digits with at most one decimal sign inside and a minus in front.

    Looks at the bytes of all values at once; a regular expression decides about the few that are left.
    """
    end, sign, minus = ord("\n"), ord(decimal), ord("-")
    data = np.frombuffer(("\n" + "\n".join(values) + "\n").encode("utf-8", "replace"), np.uint8)
    digit = (data >= ord("0")) & (data <= ord("9"))
    places = np.flatnonzero(~digit)
    marks = data[places]
    ends = places[marks == end][1:]
    if len(ends) != len(values):  # a value has several lines, or there is none
        return np.zeros(len(values), np.bool_)
    before = data[places - 1]  # of the first mark it is the last end, which is as good
    after = digit[np.minimum(places + 1, len(data) - 1)]
    lone = np.concatenate([[True], marks[:-1] != sign])
    right = (marks == end) & digit[places - 1]
    right |= (marks == sign) & digit[places - 1] & after & lone
    right |= (marks == minus) & (before == end) & after
    right[0] = True
    plain = np.ones(len(values), np.bool_)
    plain[np.searchsorted(ends, places[~right])] = False
    return plain


def days_of(values: list[str]) -> Floats:
    """Days since 1970 of ISO dates; NaN for anything else."""
    if _ALL_DATES.fullmatch("\n".join(values)):
        try:
            days = np.array(values, "datetime64[D]")
        except ValueError:
            pass  # a day that does not exist
        else:
            return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))
    return np.array([_day(value) for value in values], np.float64)


@lru_cache(maxsize=1 << 16)
def _day(value: str) -> float:
    if not ISO_DATE.fullmatch(value):
        return np.nan
    try:
        return day_number(dt.date.fromisoformat(value[:10]))
    except ValueError:
        return np.nan


def plain_code(value: str) -> str:
    """`1.0` is what some exports make of the code `1`."""
    return value[:-2] if value.endswith(".0") and value[:-2].isdecimal() else value
