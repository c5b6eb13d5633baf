"""Numbers and days of distinct texts."""

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import cast, floats, text_bytes
from ingestion.pipeline.rules.formulas import day_number

Floats = npt.NDArray[np.float64]
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


def _number(decimal: str) -> str:
    sign = re.escape(decimal)
    return rf"[+-]?(?:\d++(?:{sign}\d*+)?|{sign}\d++)(?:[eE][+-]?\d++)?"


_NUMBER = {decimal: re.compile(_number(decimal)) for decimal in ".,"}
_MINUS, _ZERO = ord("-"), ord("0")
_LONGEST = 300
"""Digits that are surely no number beyond what a float can hold."""
_TENS = np.array([1000, 100, 10, 1])
_YEAR_0 = 1970 * 12 + 1
"""Months before 1970, of which the first has the number 1."""


def numbers_of(texts: pa.Array, decimal: str) -> Floats:
    """Numbers with this decimal sign; NaN for a blank, infinity for what is no number.

    Digits with a decimal sign and a minus in front are converted all at once; a regular expression decides
    about the few texts that hold anything else.
    """
    letters, offsets = text_bytes(texts)
    numbers = np.full(len(texts), np.nan)
    written = np.flatnonzero(np.diff(offsets))
    if not len(written):
        return numbers
    starts, ends = offsets[written], offsets[written + 1]
    digit, sign = letters - _ZERO < 10, letters == ord(decimal)
    others = np.flatnonzero(~(digit | sign))
    owners = np.searchsorted(ends, others, side="right")
    odd = np.zeros(len(written), np.bool_)
    odd[owners[(letters[others] != _MINUS) | (others != starts[owners])]] = True
    signed = np.searchsorted(ends, np.flatnonzero(sign), side="right")
    odd[signed[1:][signed[1:] == signed[:-1]]] = True  # two decimal signs
    sizes = ends - starts
    odd |= (sizes < 3) & ~digit[ends - 1] | (sizes > _LONGEST)  # no digit perhaps, or far too many
    if decimal != ".":
        letters = np.where(sign, np.uint8(ord(".")), letters)
    elif odd.any():
        letters = letters.copy()
    for start, end in zip(starts[odd].tolist(), ends[odd].tolist(), strict=True):
        letters[start:end] = _ZERO
    places = pa.py_buffer(np.append(starts, ends[-1]))
    plain = pa.StringArray.from_buffers(len(written), places, pa.py_buffer(letters))
    numbers[written] = floats(cast(plain, pa.float64()))
    is_number = _NUMBER[decimal].fullmatch
    for i in written[odd].tolist():
        text = texts[i].as_py()
        numbers[i] = float(text.replace(",", ".")) if is_number(text) else np.inf
    return numbers


def days_of(texts: pa.Array) -> Floats:
    """Days since 1970 of ISO dates; NaN for anything else."""
    letters, offsets = text_bytes(texts)
    sizes = np.diff(offsets)
    days = np.full(len(texts), np.nan)
    dates = np.flatnonzero(sizes == len("2000-12-31"))
    shown = letters[offsets[dates][:, None] + np.arange(10)]
    digits = shown[:, [0, 1, 2, 3, 5, 6, 8, 9]] - _ZERO
    plain = (digits < 10).all(axis=1) & (shown[:, [4, 7]] == _MINUS).all(axis=1)
    dates, digits = dates[plain], digits[plain]
    year, month, day = (digits[:, a:b] @ _TENS[a - b :] for a, b in ((0, 4), (4, 6), (6, 8)))
    months = (12 * year + month - _YEAR_0).astype("datetime64[M]")
    first, after = (each.astype("datetime64[D]").astype(np.int64) for each in (months, months + 1))
    exists = (year > 0) & (month > 0) & (month < 13) & (day > 0) & (day <= after - first)
    days[dates[exists]] = (first + day - 1)[exists]
    sizes[dates] = 0
    for i in np.flatnonzero(sizes).tolist():
        days[i] = _day(texts[i].as_py())
    return days


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
