"""What checks see of a delivery: encoded columns, numbers and masks, each computed once and shared."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Codes, Column

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


def _number(decimal: str) -> str:
    sign = re.escape(decimal)
    return rf"[+-]?(?:\d++(?:{sign}\d*+)?|{sign}\d++)(?:[eE][+-]?\d++)?"


_NUMBER = {decimal: re.compile(_number(decimal)) for decimal in ".,"}
# One match over all distinct values at once: a column without a mistake, the usual case, is decided by it.
_ALL_NUMBERS = {decimal: re.compile(rf"(?:(?:{_number(decimal)})?+(?:\n|\Z))*+") for decimal in ".,"}


@dataclass(frozen=True)
class Failures:
    """What a check found: positions of rows (or of a group's first row), and a value and message for each.

    `whole` marks findings about the portfolio or file: they are shown at row 0.
    """

    positions: Positions
    values: Sequence[str]
    messages: Sequence[str]
    index: Codes
    """For each position the place of its value and message in `values` and `messages`."""
    whole: bool = False


@dataclass(frozen=True)
class Groups:
    """Portfolios of a file: rows that share the portfolio key."""

    index: Codes
    first: Positions
    sizes: npt.NDArray[np.intp]
    labels: list[str]


class Frame:
    """A delivery as the checks read it. Blank means empty after trimming."""

    def __init__(self, pack: Pack, delivery: Delivery) -> None:
        self.pack = pack
        self.delivery = delivery
        self.rows = len(delivery.row_numbers)
        self._columns: dict[str, Column] = {}
        self._numbers: dict[str, tuple[Floats, Floats]] = {}
        self._blanks: dict[str, Mask] = {}

    def has(self, field: str) -> bool:
        """Whether the file has this column at all."""
        return field in self.delivery.columns

    def column(self, field: str) -> Column:
        """The column with trimmed values; an absent one is blank on every row."""
        if field not in self._columns:
            raw = self.delivery.columns.get(field)
            if raw is None:
                raw = Column(np.zeros(self.rows, np.int32), [""])
            values = list(map(str.strip, raw.values))
            if field in self.pack.fields and self.pack.fields[field].type == "enum":
                values = [_plain_code(value) for value in values]
            self._columns[field] = Column(raw.codes, values)
        return self._columns[field]

    def blank(self, field: str) -> Mask:
        """Per row: nothing is written in the cell."""
        if field not in self._blanks:
            self._blanks[field] = self.spread(field, [not value for value in self.column(field).values])
        return self._blanks[field]

    def one_of(self, field: str, wanted: Collection[str]) -> Mask:
        """Per row: the cell holds one of these values."""
        return self.spread(field, [value in wanted for value in self.column(field).values])

    def spread(self, field: str, verdicts: list[bool]) -> Mask:
        """From a verdict per distinct value to a verdict per row."""
        return np.array(verdicts, np.bool_)[self.column(field).codes]

    def parsed(self, field: str) -> Floats:
        """Numbers of the distinct values; NaN for a blank, infinity for what is no number."""
        return self._parse(field)[0]

    def numbers(self, field: str) -> Floats:
        """Numbers per row; NaN where there is none to compute with."""
        return self._parse(field)[1]

    def _parse(self, field: str) -> tuple[Floats, Floats]:
        if field not in self._numbers:
            column = self.column(field)
            distinct = _floats(column.values, self.delivery.decimal)
            usable = np.where(np.isfinite(distinct), distinct, np.nan)
            self._numbers[field] = (distinct, usable[column.codes])
        return self._numbers[field]

    @cached_property
    def groups(self) -> Groups:
        """Rows by portfolio, in order of first appearance; labelled with the portfolio's id."""
        index = np.zeros(self.rows, np.int64)
        for field in self.pack.portfolio_key:
            column = self.column(field)
            index = index * len(column.values) + column.codes
            index = np.unique(index, return_inverse=True)[1].astype(np.int64)
        _, first, inverse, sizes = np.unique(
            index, return_index=True, return_inverse=True, return_counts=True
        )
        ids = self.column(self.pack.portfolio_key[0])
        labels = [ids.values[ids.codes[row]] for row in first]
        return Groups(inverse.astype(np.int32), first, sizes, labels)


def by_value(
    frame: Frame, field: str, explain: Callable[[str], str | None], where: Mask | None = None
) -> Failures | None:
    """Check the distinct values that occur (on the rows of `where`) and spread what fails to the rows.

    `explain` gets a non-blank value and says what is wrong with it, or None.
    """
    column = frame.column(field)
    values = column.values
    used = range(len(values)) if where is None else np.unique(column.codes[where]).tolist()
    messages = {i: message for i in used if values[i] and (message := explain(values[i]))}
    return failures_at(frame, field, messages, where)


def failures_at(
    frame: Frame, field: str, messages: dict[int, str], where: Mask | None = None
) -> Failures | None:
    """Failures from the messages of failing distinct values (by their place in the column)."""
    if not messages:
        return None
    column = frame.column(field)
    place = np.full(len(column.values), -1, np.int32)
    place[list(messages)] = np.arange(len(messages), dtype=np.int32)
    index = place[column.codes]
    failing = index >= 0 if where is None else (index >= 0) & where
    positions = np.flatnonzero(failing)
    raw = frame.delivery.columns[field].values
    return Failures(positions, [raw[i] for i in messages], list(messages.values()), index[positions])


def blank_failures(frame: Frame, field: str, failing: Mask, empty: str, no_column: str) -> Failures | None:
    """Failures for cells that should be filled: one per row, or a single one when the column is missing."""
    positions = np.flatnonzero(failing)
    if not len(positions):
        return None
    if not frame.has(field):
        return Failures(positions[:1], [""], [no_column], np.zeros(1, np.int32), whole=True)
    return Failures(positions, [""], [empty], np.zeros(len(positions), np.int32))


def group_failures(groups: Groups, texts: dict[int, tuple[str, str]]) -> Failures | None:
    """Failures of whole portfolios from (value, message) per group."""
    if not texts:
        return None
    values, messages = zip(*texts.values(), strict=True)
    return Failures(
        groups.first[list(texts)], values, messages, np.arange(len(texts), dtype=np.int32), whole=True
    )


def _floats(values: list[str], decimal: str) -> Floats:
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


def _plain_code(value: str) -> str:
    """`1.0` is what some exports make of the code `1`."""
    return value[:-2] if value.endswith(".0") and value[:-2].isdecimal() else value
