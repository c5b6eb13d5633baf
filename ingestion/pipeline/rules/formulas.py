"""Arithmetic over fields as small texts: `[24] / [5]`, `[8] * [8b]`. No names, no calls, nothing to execute.

`[24|0]` takes 0 where the cell is blank.

Parsed into a tree of a few dozen nodes at most; evaluated with NumPy over all rows. A blank cell or one that
is no number makes the result NaN, which no comparison calls wrong: the cell has its own finding.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.sentences import said

Floats = npt.NDArray[np.float64]
Lookup = Callable[[str], Floats]
"""Field -> its numbers per row, with `|0` behind it 0 for a blank; `today` -> the day of the check."""
_TOKEN = re.compile(
    r"\s*(?:\[([^\]\s|]+(?:\|0)?)\]|(today)|(\d{4}-\d{2}-\d{2})|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([-+*/()]))"
)
_MAX_TOKENS = 60
OR_ZERO = "|0"
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Formula:
    """A parsed formula: the fields it reads, how it reads in words, and its value by row (or one for all)."""

    text: str
    fields: tuple[str, ...]
    words: str
    value: Callable[[Lookup], Floats]


@lru_cache(maxsize=1 << 14)
def parse_formula(text: str) -> Formula:
    """Raises RuleError, which says what is not understood."""
    tokens = _tokens(text)
    value = _sum(tokens, text)
    if tokens:
        raise RuleError(
            said("“{part}” was not expected in the formula “{text}”.", part=tokens[0][1], text=text)
        )
    fields = tuple(
        dict.fromkeys(token.removesuffix(OR_ZERO) for kind, token in _tokens(text) if kind == "field")
    )
    words = re.sub(r"\[([^\]\s|]+)(?:\|0)?\]", r"field \1", text.strip()).replace("*", "×")
    return Formula(text, fields, words, value)


def day_number(day: dt.date) -> float:
    """Days since 1970, as dates are compared."""
    return float(day.toordinal() - _EPOCH)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if not found:
            raise RuleError(
                said(
                    "“{part}” is not understood in the formula “{text}”; "
                    "fields stand in brackets, such as [24] / [5].",
                    part=text[place:].strip(),
                    text=text,
                )
            )
        place = found.end()
        for kind, part in zip(("field", "today", "date", "number", "sign"), found.groups(), strict=True):
            if part is not None:
                tokens.append((kind, part))
    if not tokens or len(tokens) > _MAX_TOKENS:
        raise RuleError(said("A formula has between 1 and {most} parts.", most=_MAX_TOKENS))
    return tokens


Value = Callable[[Lookup], Floats]


def _sum(tokens: list[tuple[str, str]], text: str) -> Value:
    left = _product(tokens, text)
    while tokens and tokens[0][1] in "+-" and tokens[0][0] == "sign":
        left = _apply(tokens.pop(0)[1], left, _product(tokens, text))
    return left


def _product(tokens: list[tuple[str, str]], text: str) -> Value:
    left = _unit(tokens, text)
    while tokens and tokens[0][0] == "sign" and tokens[0][1] in "*/":
        left = _apply(tokens.pop(0)[1], left, _unit(tokens, text))
    return left


def _apply(sign: str, left: Value, right: Value) -> Value:
    operation = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[sign]

    def value(lookup: Lookup) -> Floats:
        with np.errstate(all="ignore"):
            result: Floats = operation(left(lookup), right(lookup))
        return np.where(np.isfinite(result), result, np.nan)

    return value


def _unit(tokens: list[tuple[str, str]], text: str) -> Value:
    if not tokens:
        raise RuleError(said("The formula “{text}” ends too early.", text=text))
    kind, part = tokens.pop(0)
    if kind == "field":
        return lambda lookup: lookup(part)
    if kind == "today":
        return lambda lookup: lookup("today")
    if kind in ("number", "date"):
        number = np.array(_date(part, text) if kind == "date" else float(part))
        return lambda lookup: number
    if part == "-":
        inner = _unit(tokens, text)
        return lambda lookup: -inner(lookup)
    if part == "(":
        inner = _sum(tokens, text)
        if not tokens or tokens.pop(0)[1] != ")":
            raise RuleError(said("A closing parenthesis is missing in the formula “{text}”.", text=text))
        return inner
    raise RuleError(said("“{part}” was not expected in the formula “{text}”.", part=part, text=text))


def _date(token: str, text: str) -> float:
    try:
        return day_number(dt.date.fromisoformat(token))
    except ValueError:
        raise RuleError(said("{day} in “{text}” is no day of the calendar.", day=token, text=text)) from None
