"""Numbers and days of distinct texts."""

import datetime as dt
import re

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
_ALL_NUMBERS = {decimal: re.compile(rf"(?:(?:{_number(decimal)})?+(?:\n|\Z))*+") for decimal in ".,"}
_ALL_DATES = re.compile(r"(?:(?:\d{4}-\d{2}-\d{2})?+(?:\n|\Z))*+")


def numbers_of(values: list[str], decimal: str) -> Floats:
    """Numbers with this decimal sign; NaN for a blank, infinity for what is no number."""
    pattern = _NUMBER[decimal]
    plain = [value.replace(",", ".") for value in values] if decimal == "," else values
    if _ALL_NUMBERS[decimal].fullmatch("\n".join(values)):
        return np.array([float(value) if value else np.nan for value in plain], np.float64)
    return np.array(
        [
            np.nan if not value else float(usable) if pattern.fullmatch(value) else np.inf
            for value, usable in zip(values, plain, strict=True)
        ],
        np.float64,
    )


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
