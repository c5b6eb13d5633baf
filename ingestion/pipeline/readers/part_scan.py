"""Count what a sheet's XML asks a parser to reserve, in pieces and with array operations.

Positions of single bytes are found first; tags and references are told among these few. Only what is spelled
in an unusual way is searched by pattern.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.readers.references import FAR, Bytes, Places, furthest, places, words

PIECE = 1 << 19
"""Bytes that are looked through at a time: with what is made of them they fit into a core's own memory."""
_OVERLAP = 64
"""Bytes that a piece shares with the next: no tag of interest is cut in two."""
START = 8
"""Bytes of the piece before that are seen once more."""
_MAX_ODD = 96 * 1024 * 1024
"""Bytes that may be searched by pattern; it takes a hundred times as long."""
_ODD = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])|\sr\s*=\s*[\"']\s*([A-Za-z]{0,9})(\d{1,9})")
_NAMED = b'\0\0\0\0r="\0'
_CELL, _ROW = b'\0<c r="\0', b'row r="\0'
"""How almost every cell and row begins."""


@dataclass(frozen=True)
class Extent:
    """The rectangle that the cells of a part, or of a piece of it, span."""

    rows: int = 0
    columns: int = 0
    tags: int = 0
    """Rows and cells."""
    unnamed: int = 0
    """Those without the place they are at."""
    odd: bool = False
    """A place is spelled in a way no known program uses."""
    errors: bool = False
    """There may be error cells."""

    def __or__(self, other: "Extent") -> "Extent":
        return Extent(
            max(self.rows, other.rows),
            max(self.columns, other.columns),
            self.tags + other.tags,
            self.unnamed + other.unnamed,
            self.odd or other.odd,
            self.errors or other.errors,
        )


def pieces(stream: Iterable[bytes]) -> Iterator[tuple[bytes, Bytes, int]]:
    """The stream as bytes and as array. Places from START up to the given one belong to this piece alone."""
    begun = [b"\n" * START]
    size = 0
    for chunk in stream:
        begun.append(chunk)
        size += len(chunk)
        if size < PIECE:
            continue
        piece = b"".join(begun)
        end = len(piece) - _OVERLAP
        yield piece, np.frombuffer(piece, np.uint8), end
        begun, size = [piece[end - START :]], 0
    piece = b"".join([*begun, bytes(_OVERLAP)])
    yield piece, np.frombuffer(piece, np.uint8), len(piece) - _OVERLAP


def tags(text: Bytes, end: int, name: bytes) -> Places:
    """Where the names of such elements stand as they begin, with or without a prefix."""
    now, before = text[START:end], text[START - 1 : end - 1]
    found = places((now == name[0]) & ((before == ord("<")) | (before == ord(":")))) + START
    for i, letter in enumerate(name[1:], 1):
        found = found[text[found + i] == letter]
    # The end of an element is told from its beginning if its prefix is one letter.
    found = found[(text[found - 1] == ord("<")) | (text[found - 3] != ord("/"))]
    after = text[found + len(name)]
    named: Places = found[(after <= ord(" ")) | (after == ord(">")) | (after == ord("/"))]
    return named


def measure(piece: bytes, text: Bytes, end: int) -> Extent:
    """The extent of one piece."""
    now, before = text[START:end], text[START - 1 : end - 1]
    is_r = now == ord("r")
    found = places(is_r & (before <= ord(" "))) + START
    begin = words(text, found - 4)
    usual = _is(begin, _NAMED)
    named = found[usual]
    rows, columns, sound = furthest(text, named + 3)
    is_r |= now == ord("c")
    tagged = int(np.count_nonzero(is_r & (before == ord("<"))))
    cells = np.count_nonzero(_is(begin, _CELL))
    named_rows = np.count_nonzero(text[found[_is(begin, _ROW)] - 5] == ord("<"))
    unnamed = 0
    if b":" in piece or tagged != cells + named_rows:  # something else begins like a cell or a row
        tagged = len(tags(text, end, b"c")) + len(tags(text, end, b"row"))
        unnamed = tagged - len(named)
    after = text[found[~usual] + 1]
    odd = not sound or bool(((after == ord("=")) | (after <= ord(" "))).any())
    return Extent(rows, columns, tagged, unnamed, odd, _errors(piece, text, end))


def _is(begin: npt.NDArray[np.uint64], pattern: bytes) -> npt.NDArray[np.bool_]:
    """Which of the words have these bytes; any byte may stand for a NUL."""
    mask = bytes(0xFF if byte else 0 for byte in pattern)
    wanted: npt.NDArray[np.bool_] = begin & np.uint64(int.from_bytes(mask)) == int.from_bytes(pattern)
    return wanted


def _errors(piece: bytes, text: Bytes, end: int) -> bool:
    """Whether a lone e stands between two quotes."""
    if b"e" not in piece:
        return False
    before, after = text[START - 1 : end - 1], text[START + 1 : end + 1]
    quotes = before[(text[START:end] == ord("e")) & (before == after)]
    return bool(((quotes == ord('"')) | (quotes == ord("'"))).any())


def measure_odd(stream: Iterable[bytes]) -> Extent:
    """The extent of a part whose cells or rows are not all named in the usual way."""
    rows = columns = row = column = seen = 0
    for piece, _, end in pieces(stream):
        seen += len(piece)
        if seen > _MAX_ODD:
            return Extent(columns=FAR)
        for found in _ODD.finditer(piece, START):
            if found.start() >= end:
                break
            if found[1] == b"row":
                row, column = row + 1, 0
            elif found[1]:
                column += 1
            else:
                row, column = int(found[3]), _number(found[2]) or column
            rows, columns = max(rows, row), max(columns, column)
    return Extent(rows, columns)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
