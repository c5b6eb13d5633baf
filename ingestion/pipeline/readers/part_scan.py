"""Count what a sheet's XML asks a parser to reserve, in pieces and with array operations.

Positions of single bytes are found first; tags and references are told among these few. Only what is spelled
in an unusual way is searched by pattern.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

PIECE = 1 << 20
_OVERLAP = 64
"""Bytes that a piece shares with the next: no tag of interest is cut in two."""
START = 4
"""Bytes of the piece before that are seen once more."""
_FAR = 10**9
_MAX_ODD = 96 * 1024 * 1024
"""Bytes that may be searched by pattern; it takes a hundred times as long."""
_ODD = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])|\sr\s*=\s*[\"']\s*([A-Za-z]{0,9})(\d{1,9})")

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


@dataclass
class Extent:
    """The rectangle that the cells of a part span."""

    rows: int = 0
    columns: int = 0
    unnamed: int = 0
    """Rows and cells without the place they are at."""
    odd: bool = False
    """A place is spelled in a way no known program uses."""


def pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, Bytes, int]]:
    """The stream as bytes and as array. Places from START up to the given one belong to this piece alone."""
    tail = b"\n" * START
    with ThreadPoolExecutor(1) as reader:  # the next piece is inflated while one is looked through
        ahead = reader.submit(stream.read, PIECE)
        while chunk := ahead.result():
            ahead = reader.submit(stream.read, PIECE)
            piece = tail + chunk
            end = max(len(piece) - _OVERLAP, START)
            yield piece, np.frombuffer(piece, np.uint8), end
            tail = piece[end - START :]
    piece = tail + bytes(_OVERLAP)
    yield piece, np.frombuffer(piece, np.uint8), len(tail)


def tags(text: Bytes, end: int, name: bytes) -> Places:
    """Where the names of such elements stand as they begin, with or without a prefix."""
    found = _opening(text, np.flatnonzero(text[START:end] == name[0]) + START)
    for i, letter in enumerate(name[1:], 1):
        found = found[text[found + i] == letter]
    after = text[found + len(name)]
    named: Places = found[(after <= ord(" ")) | (after == ord(">")) | (after == ord("/"))]
    return named


def _opening(text: Bytes, found: Places) -> Places:
    """Those that follow `<` or a prefix; the end of an element is told if its prefix is one letter."""
    before = text[found - 1]
    opening: Places = found[(before == ord("<")) | ((before == ord(":")) & (text[found - 3] != ord("/")))]
    return opening


def measure(extent: Extent, text: Bytes, end: int) -> None:
    """Add one piece of a part to its extent."""
    found = np.flatnonzero(text[START:end] == ord("r")) + START
    before, after = text[found - 1], text[found + 1]
    lone = before <= ord(" ")
    places = found[lone & (after == ord("="))]
    places = places[text[places + 2] == ord('"')] + 3
    letters, columns = _letters(text, places)
    extent.columns = max(extent.columns, int(columns.max(initial=0)))
    extent.rows = max(extent.rows, int(_digits(text, places + letters).max(initial=0)))
    rows = _opening(text, found[after == ord("o")])
    tagged = np.count_nonzero(text[rows + 2] == ord("w")) + len(tags(text, end, b"c"))
    extent.unnamed += int(tagged) - len(places)
    spelled = np.count_nonzero(lone & ((after == ord("=")) | (after <= ord(" "))))
    if spelled > len(places):
        extent.odd = True


def measure_odd(stream: IO[bytes]) -> Extent:
    """The extent of a part whose cells or rows are not all named in the usual way."""
    extent = Extent()
    row = column = seen = 0
    for piece, _, end in pieces(stream):
        seen += len(piece)
        if seen > _MAX_ODD:
            extent.columns = _FAR
            return extent
        for found in _ODD.finditer(piece, START):
            if found.start() >= end:
                break
            if found[1] == b"row":
                row, column = row + 1, 0
            elif found[1]:
                column += 1
            else:
                row, column = int(found[3]), _number(found[2]) or column
            extent.rows, extent.columns = max(extent.rows, row), max(extent.columns, column)
    return extent


def text_sizes(stream: IO[bytes]) -> npt.NDArray[np.int64]:
    """Bytes of each shared text, its tags included."""
    starts, place = [], 0
    for _, text, end in pieces(stream):
        starts.append(tags(text, end, b"si") + place)
        place += end - START
    return np.diff(np.append(np.concatenate(starts), place + START)).astype(np.int64)


def text_uses(text: Bytes, end: int, sizes: npt.NDArray[np.int64]) -> int:
    """Bytes of the shared texts that cells name. Any whole number counts as a use: rather too many."""
    found = tags(text, end, b"v")
    plain = text[found + 1] == ord(">")
    numbers = _digits(text, found[plain] + 2)
    known = numbers[numbers < len(sizes)]
    blank = text[found[plain] + 2] <= ord(" ")
    return int(sizes[known].sum() + (np.count_nonzero(~plain) + blank.sum()) * sizes.max(initial=0))


def _letters(text: Bytes, places: Places) -> tuple[Places, Places]:
    """How many letters stand at each place (at most four), and the number of the column they name."""
    count, number = np.zeros(len(places), np.intp), np.zeros(len(places), np.intp)
    going = np.ones(len(places), np.bool_)
    for i in range(4):
        letter = (text[places + i] | 0x20) - ord("a")
        going = going & (letter < 26)
        if not going.any():
            break
        number = np.where(going, number * 26 + letter + 1, number)
        count += going
    return count, number


def _digits(text: Bytes, places: Places) -> Places:
    """The whole number that stands at each place; 0 where there is none, vast from nine digits on."""
    number = np.zeros(len(places), np.intp)
    going = np.ones(len(places), np.bool_)
    for i in range(9):
        digit = text[places + i] - ord("0")
        going = going & (digit < 10)
        if not going.any():
            return number
        number = np.where(going, number * 10 + digit, number)
    return np.where(going, _FAR, number)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
