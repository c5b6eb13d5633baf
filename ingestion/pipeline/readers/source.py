"""What every reader offers: candidate tables with their first rows, and one of them in full, encoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

HEAD_ROWS = 300
"""Rows of a candidate that recognition and the detection of the decimal sign may look at."""

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
    """A table the file may hold: a sheet, or the text read with one delimiter. `head` is its first rows."""

    sheet: str | None
    delimiter: str | None
    head: list[list[str]]


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

    def candidates(self) -> Iterator[Candidate]:
        """Tables in the file, the likeliest first; read lazily."""
        ...

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int) -> Grid:
        """Everything below the header (1-based row). Raises UnreadableFile."""
        ...


def encode(cells: Sequence[str]) -> Column:
    """Dictionary-encode text cells."""
    index = {value: i for i, value in enumerate(dict.fromkeys(cells))}
    return Column(np.fromiter(map(index.__getitem__, cells), np.int32, len(cells)), list(index))
