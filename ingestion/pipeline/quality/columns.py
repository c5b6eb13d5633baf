"""Columns of a delivery as they are compared: equal texts have equal codes, alternatives are merged."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality.snapshot import Floats
from ingestion.pipeline.rules.frame import Frame

Codes = npt.NDArray[np.int32]
LARGEST = 1e30
"""No amount is larger; beyond it sums would overflow."""


class Texts(NamedTuple):
    """`values[codes[i]]` is the text of row i; codes are in the order of the texts."""

    codes: Codes
    values: list[str]

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Per row."""
        return np.array([bool(value) for value in self.values], np.bool_)[self.codes]

    def at(self, row: int) -> str:
        """The text of one row."""
        return self.values[int(self.codes[row])]

    def taken(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """The texts of these rows."""
        return [self.values[code] for code in self.codes[rows].tolist()]


def texts(frame: Frame, fields: Sequence[str], change: Callable[[str], str] = str) -> Texts:
    """Per row the first of these fields that is filled, after `change` of each distinct value."""
    codes = np.zeros(frame.rows, np.int64)
    places: dict[str, int] = {"": 0}
    for field in fields:
        column = frame.column(field)
        new = [places.setdefault(change(value), len(places)) for value in column.values]
        codes = np.where(codes == 0, np.array(new, np.int64)[column.codes], codes)
    values = sorted(places)
    ranks = np.empty(len(values), np.int32)
    ranks[[places[value] for value in values]] = np.arange(len(values), dtype=np.int32)
    return Texts(ranks[codes], values)


def numbers(frame: Frame, fields: Sequence[str]) -> tuple[Floats, Codes]:
    """Per row the first of these fields that holds a number (NaN: none), and which one it was."""
    result = np.full(frame.rows, np.nan)
    place = np.zeros(frame.rows, np.int32)
    for i, field in enumerate(fields):
        missing = np.isnan(result)
        result = np.where(missing, finite(frame.numbers(field)), result)
        place[missing & ~np.isnan(result)] = i
    return result, place


def finite(column: Floats) -> Floats:
    """NaN instead of what is infinite or beyond any amount."""
    return np.where(np.abs(column) < LARGEST, column, np.nan)
