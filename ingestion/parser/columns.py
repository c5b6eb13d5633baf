"""Columns as they leave the parser's process: small, and made of Python objects only a few rows at a time."""

import datetime as dt
import json
from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import count, islice
from typing import Any, BinaryIO

_CHUNK = 512
"""Rows that are Python objects at one time."""
_Column = tuple[bytes, ...]
"""Codes as 32-bit integers, and values as UTF-8, each once, with NUL between them; or 64-bit floats alone."""


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without a decimal point, at most Excel's own 15 digits, dates as ISO."""
    if isinstance(cell, float):
        return f"{cell + 0.0:.15g}"  # no minus sign before a zero
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        day = cell.time() == dt.time()
        return cell.date().isoformat() if day else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def texts_of(values: list[Any]) -> list[str]:
    """Cells as text, the same as `text_of` gives for each."""
    if set(map(type, values)) == {float}:  # one call for all is a third faster
        return ("%.15g\0" * len(values) % tuple(value + 0.0 for value in values))[:-1].split("\0")
    return [value if value.__class__ is str else text_of(value) for value in values]


def encode(rows: Iterator[list[Any]], first: int, width: int) -> tuple[int, list[_Column]]:
    """How many rows there are from the given one on, counted from 0, and their columns."""
    body = islice(rows, first, None)
    columns = [_Cells() for _ in range(width)]
    done = 0
    while chunk := list(islice(body, _CHUNK)):
        done += len(chunk)
        if missing := [""] * (width - len(chunk[0])):
            chunk = [row + missing for row in chunk]
        for column, cells in zip(columns, zip(*chunk, strict=True), strict=False):
            column.extend(cells)
    return done, [column.packed() for column in columns]


class _Cells:
    """A column as it is read: floats as long as there is nothing else in it, then the codes of its values."""

    def __init__(self) -> None:
        self._floats: array[float] | None = array("d")
        self._index = defaultdict[Any, int](count().__next__)
        self._codes = array("i")

    def extend(self, cells: tuple[Any, ...]) -> None:
        """More rows."""
        types = {cells[0].__class__} if (alike := _alike(cells)) else set(map(type, cells))
        if self._floats is not None:
            if types == {float}:
                self._floats.extend(cells)
                return
            self._codes.extend(map(self._index.__getitem__, self._floats))
            self._floats = None
        if alike:
            self._codes.extend(array("i", [self._index[cells[0]]]) * len(cells))
            return
        if bool in types:  # True equals 1 as a dictionary key
            cells = tuple(text_of(cell) if cell.__class__ is bool else cell for cell in cells)
        self._codes.extend(array("i", map(self._index.__getitem__, cells)))

    def packed(self) -> _Column:
        """As it is sent."""
        return _pack(self._codes, list(self._index)) if self._floats is None else (self._floats.tobytes(),)


def _alike(cells: tuple[Any, ...]) -> bool:
    """Whether all hold the same, as in every other column of a delivery; told from few if they do not."""
    first, size = cells[0], len(cells)
    if first != cells[size // 2] or first != cells[-1] or cells.count(first) < size:
        return False
    return first.__class__ is str or bool not in set(map(type, cells))


def _pack(codes: "array[int]", values: list[Any]) -> _Column:
    texts = texts_of(values)
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts):
        texts = [text.replace("\0", "\ufffd") for text in texts]
    if len(set(texts)) < len(texts):  # a number and a text may read the same
        places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        new = [places[text] for text in texts]
        codes = array("i", map(new.__getitem__, codes))
        joined = "\0".join(places)
    return codes.tobytes(), joined.encode("utf-8", "replace")


def send(target: BinaryIO, rows: int, columns: list[_Column]) -> None:
    """Announce so many rows and the sizes of their columns, then write these."""
    say(target, {"rows": rows, "sizes": [list(map(len, column)) for column in columns]})
    for column in columns:
        for part in column:
            target.write(part)
    target.flush()


def say(target: BinaryIO, message: dict[str, Any]) -> None:
    """Write a line of JSON, at once."""
    target.write(json.dumps(message).encode() + b"\n")
    target.flush()
