"""What a parser copies of the texts that cells share: one long text may be named in a million cells."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.readers.part_scan import START, pieces, tags
from ingestion.pipeline.readers.references import FAR, Bytes, Places

Sizes = npt.NDArray[np.int64]


def text_sizes(stream: Iterable[bytes]) -> Sizes:
    """Bytes of each shared text, its tags included."""
    starts, place = [], 0
    for _, text, end in pieces(stream):
        starts.append(tags(text, end, b"si") + place)
        place += end - START
    return np.diff(np.append(np.concatenate(starts), place + START)).astype(np.int64)


def text_uses(stream: Iterable[bytes], sizes: Sizes) -> int:
    """Bytes of the shared texts that cells name. Any whole number counts as a use: rather too many."""
    return sum(_uses(text, end, sizes) for _, text, end in pieces(stream))


def _uses(text: Bytes, end: int, sizes: Sizes) -> int:
    found = tags(text, end, b"v")
    plain = text[found + 1] == ord(">")
    numbers = _digits(text, found[plain] + 2)
    known = numbers[numbers < len(sizes)]
    blank = text[found[plain] + 2] <= ord(" ")
    return int(sizes[known].sum() + (np.count_nonzero(~plain) + blank.sum()) * sizes.max(initial=0))


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
    return np.where(going, FAR, number)
