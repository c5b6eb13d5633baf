"""What every reader offers: candidate tables with their first rows, and one of them in full, encoded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import dictionary, from_integers, picked, strings, text_bytes

HEAD_ROWS = 300
"""Rows of a candidate that recognition and the detection of the decimal sign may look at."""
MAX_COLUMNS = 2_000
MAX_CELLS = 40_000_000
"""Rows times columns; 100 MB of an ordinary delivery have 25 million."""
MAX_RECORD = 1_000_000
"""Characters of one row."""

Codes = npt.NDArray[np.int32]


_BLANKS = [chr(i).encode() for i in range(0x3001) if chr(i).isspace()]
_FIRST, _LAST = np.zeros((2, 256), np.bool_)
_FIRST[[blank[0] for blank in _BLANKS]] = _LAST[[blank[-1] for blank in _BLANKS]] = True
"""Bytes with which a blank may begin, or end."""


class Column:
    """One column, dictionary-encoded: `values[codes[i]]` is the text of row i.

    Texts that are given as an Arrow array become Python strings only when `values` is asked for.
    """

    def __init__(self, codes: Codes, texts: list[str] | pa.Array) -> None:
        self.codes = codes
        self._given = texts

    @cached_property
    def values(self) -> list[str]:
        """The distinct texts."""
        values: list[str] = self._given if isinstance(self._given, list) else self._given.to_pylist()
        return values

    @cached_property
    def texts(self) -> pa.Array:
        """The distinct texts as an Arrow array."""
        return strings(self._given) if isinstance(self._given, list) else self._given

    @property
    def distinct(self) -> int:
        """How many distinct texts there are."""
        return len(self._given)

    @cached_property
    def empty(self) -> npt.NDArray[np.bool_]:
        """Per distinct text: it has no character."""
        return np.asarray(np.diff(text_bytes(self.texts)[1]) == 0)

    def at(self, place: int) -> str:
        """One of the distinct texts."""
        return str(self._given[place])

    def take(self, rows: npt.NDArray[np.intp]) -> "Column":
        """The same column with only these rows."""
        return Column(self.codes[rows], self._given)

    def piece(self, start: int, stop: int) -> "Column":
        """The rows from start to stop, with only the texts that occur there."""
        codes = self.codes[start:stop]
        if self.distinct > 4 * len(codes):  # sorting few rows is faster than marking very many texts
            used, places = np.unique(codes, return_inverse=True)
            return Column(places.astype(np.int32), picked(self.texts, used))
        occurs = np.zeros(self.distinct, np.bool_)
        occurs[codes] = True
        if occurs.all():
            return Column(codes, self._given)
        place = np.cumsum(occurs, dtype=np.int32) - 1
        return Column(place[codes], picked(self.texts, np.flatnonzero(occurs).astype(np.int32)))

    def trimmed(self) -> "Column":
        """The same column without blanks around its texts."""
        letters, offsets = text_bytes(self.texts)
        starts, ends = offsets[:-1], offsets[1:]
        if self.empty.any():
            starts, ends = starts[~self.empty], ends[~self.empty]
        first, last = letters[starts], letters[ends - 1]
        if (np.maximum(first, last) < 127).all() and (np.minimum(first, last) > 32).all():
            return self
        around = _FIRST[first] | _LAST[last]
        return Column(self.codes, list(map(str.strip, self.values))) if around.any() else self

    def spread(self, verdicts: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """From a verdict per distinct text to a verdict per row."""
        count = np.count_nonzero(verdicts)
        if count == 0 or count == len(verdicts):
            return np.full(len(self.codes), count > 0)
        if count == 1:
            return np.asarray(self.codes == np.argmax(verdicts))
        if count == len(verdicts) - 1:
            return np.asarray(self.codes != np.argmin(verdicts))
        return verdicts[self.codes]


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


def merged(columns: Sequence[Column]) -> Column:
    """The rows of several columns one below the other, each value once."""
    if len(columns) == 1:
        return columns[0]
    parts = [dictionary(column.codes, column.texts) for column in columns]
    together = pa.chunked_array(parts).unify_dictionaries()
    codes = np.concatenate([from_integers(part.indices) for part in together.chunks])
    return Column(codes, together.chunk(0).dictionary)


def blank_column(rows: int) -> Column:
    """A column in which nothing is written."""
    return Column(np.zeros(rows, np.int32), [""])
