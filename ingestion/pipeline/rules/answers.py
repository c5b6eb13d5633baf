"""Answers of conditions for all rows at once: surely true, surely false, or neither."""

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import bits, compute, strings
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rules.formulas import Formula
from ingestion.pipeline.sentences import said

Mask = npt.NDArray[np.bool_]
COMPARISONS: dict[str, Callable[..., Mask]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Answer(NamedTuple):
    """Per row: surely true, surely false; neither where a cell is blank or no number."""

    yes: Mask
    no: Mask


class Rows(Protocol):
    """What a condition needs of a frame."""

    rows: int

    def filled(self, field: str) -> Mask: ...
    def matching(self, field: str, test: Callable[[str], bool]) -> Mask: ...
    def fitting(self, field: str, test: Callable[[pa.Array], Mask]) -> Mask: ...
    def classes(self, field: str, wanted: tuple[str, ...]) -> Mask: ...
    def same_text(self, field: str, other: str) -> Mask: ...
    def quantities(self, field: str) -> npt.NDArray[np.float64]: ...
    def value_of(self, formula: Formula, like: str) -> npt.NDArray[np.float64]: ...


class Part(NamedTuple):
    """A piece of a condition: the fields it reads, how it reads in words, and its answer."""

    fields: list[str]
    words: str
    answer: Callable[[Rows], Answer]


def joined(parts: list[Part], word: str) -> Part:
    if len(parts) == 1:
        return parts[0]
    both = word == "and"

    def answer(rows: Rows) -> Answer:
        answers = [part.answer(rows) for part in parts]
        yes, no = np.logical_and.reduce, np.logical_or.reduce
        if not both:
            yes, no = no, yes
        return Answer(yes([each.yes for each in answers]), no([each.no for each in answers]))

    words = f" {word} ".join(part.words for part in parts)
    fields = [field for part in parts for field in part.fields]
    return Part(fields, words if both else f"({words})", answer)


def presence(field: str, filled: bool) -> Callable[[Rows], Answer]:
    def answer(rows: Rows) -> Answer:
        mask = rows.filled(field)
        return Answer(mask, ~mask) if filled else Answer(~mask, mask)

    return answer


def tested(field: str, test: Callable[[str], bool]) -> Callable[[Rows], Answer]:
    def answer(rows: Rows) -> Answer:
        holds = rows.matching(field, test)
        return Answer(holds, rows.filled(field) & ~holds)

    return answer


def fitted(field: str, test: Callable[[pa.Array], Mask]) -> Callable[[Rows], Answer]:
    """As `tested`, by a test that takes all distinct values at once."""

    def answer(rows: Rows) -> Answer:
        holds = rows.fitting(field, test)
        return Answer(holds, rows.filled(field) & ~holds)

    return answer


def compared(field: str, operator: str, bound: Formula) -> Callable[[Rows], Answer]:
    compare = COMPARISONS[operator]

    def answer(rows: Rows) -> Answer:
        left, right = rows.quantities(field), rows.value_of(bound, field)
        known = ~(np.isnan(left) | np.isnan(right))
        holds = compare(left, right)
        return Answer(known & holds, known & ~holds)

    return answer


def several(value: str) -> set[str]:
    return {part.strip().casefold() for part in re.split(r"[;/,|]", value)}


def compile_pattern(pattern: str) -> Callable[[pa.Array], Mask]:
    """Whole-text match of many texts at once, in linear time (Arrow matches with RE2). Raises RuleError."""
    from pyarrow._compute import MatchSubstringOptions  # imported here: only rules with patterns need it

    options = MatchSubstringOptions(rf"\A(?:{pattern})\z")

    def fits(texts: pa.Array) -> Mask:
        return bits(compute("match_substring_regex", texts, options))

    try:
        fits(strings([""]))
    except pa.ArrowInvalid as error:
        reason = str(error).partition(": ")[2] or said("it is not understood")
        raise RuleError(
            said("The pattern “{pattern}” cannot be used: {reason}.", pattern=pattern, reason=reason)
        ) from None
    return fits
