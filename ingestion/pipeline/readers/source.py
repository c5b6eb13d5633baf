"""What every reader offers: candidate tables with their first rows, and one of them in full, encoded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

HEAD_ROWS = 300
"""Rows of a candidate that recognition and the detection of the decimal sign may look at."""
MAX_COLUMNS = 2_000
MAX_CELLS = 40_000_000
"""Rows times columns; 100 MB of an ordinary delivery have 25 million."""
MAX_RECORD = 1_000_000
"""Characters of one row."""

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Column:
    """One column, dictionary-encoded: `values[codes[i]]` is the text of row i."""

    codes: Codes
    values: list[str]

    def take(self, rows: npt.NDArray[np.intp]) -> "Column":
        """The same column with only these rows."""
        return Column(self.codes[rows], self.values)


@dataclass(frozen=True)
class Candidate:
    """A table the file may hold: a sheet, or the text read with one delimiter. `head` is its first rows.

    `member` names the file within a zip; it is "" in any other file.
    """

    sheet: str | None
    delimiter: str | None
    head: list[list[str]]
    member: str = ""


@dataclass(frozen=True)
class Grid:
    """The rows below the header. `too_wide` lists positions of rows with content beyond the last header."""

    columns: list[Column]
    rows: int
    too_wide: list[int] = field(default_factory=list)


class Source(Protocol):
    """An opened file."""

    @property
    def kind(self) -> str: ...

    @property
    def encoding(self) -> str | None: ...

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets in their order; empty where there are none."""
        ...

    def candidates(self) -> Iterator[Candidate]:
        """Tables in the file, the likeliest first; read lazily."""
        ...

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        """Everything below the header (1-based row). Raises UnreadableFile."""
        ...


class Encoder:
    """Encodes one column piece by piece."""

    def __init__(self, rows: int = 0) -> None:
        """`rows` blank cells come first."""
        self._index: defaultdict[Any, int] = defaultdict(count().__next__)
        self._parts: list[Codes] = []
        if rows:
            self._parts.append(np.full(rows, self._index[""], np.int32))

    def add(self, cells: Sequence[str]) -> None:
        """The next cells."""
        self._parts.append(np.fromiter(map(self._index.__getitem__, cells), np.int32, len(cells)))

    def column(self) -> Column:
        """All of them."""
        codes = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int32)
        return Column(codes, list(self._index))


def merged(columns: Iterable[Column]) -> Column:
    """The rows of several columns one below the other, each value once."""
    index: defaultdict[str, int] = defaultdict(count().__next__)
    parts = []
    for column in columns:
        places = np.fromiter(map(index.__getitem__, column.values), np.int32, len(column.values))
        parts.append(places[column.codes])
    return Column(np.concatenate(parts), list(index))


def blank_column(rows: int) -> Column:
    """A column in which nothing is written."""
    return Column(np.zeros(rows, np.int32), [""])
