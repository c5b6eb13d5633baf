"""Where cells say that they are: `EL15625`, many at a time, eight bytes as one number.

Letters and digits are moved to the right end of the number; then the largest number is the furthest place.
"""

import numpy as np
import numpy.typing as npt

FAR = 10**9
_BYTE = 0x0101010101010101
"""Times a byte: eight of it."""

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]
Words = npt.NDArray[np.uint64]


def places(mask: npt.NDArray[np.bool_]) -> Places:
    """Where a sparse mask is true, in order."""
    words = np.zeros(len(mask) // 8 + 1, np.uint64)
    words.view(np.bool_)[: len(mask)] = mask
    some = np.flatnonzero(words != 0)
    word = words[some]
    found = []
    while len(some):
        found.append(some * 8 + (np.bitwise_count((word & -word) - np.uint64(1)) >> 3))
        word &= word - np.uint64(1)
        more = word != 0
        some, word = some[more], word[more]
    return np.sort(np.concatenate(found)) if len(found) > 1 else np.concatenate([*found, some])


def words(text: Bytes, starts: Places) -> Words:
    """Eight bytes from each place on, the first one as the highest."""
    windows = np.ndarray((len(text) - 7,), ">u8", text, strides=(1,))
    return windows[starts].astype(np.uint64)


def furthest(text: Bytes, starts: Places) -> tuple[int, int, bool]:
    """The last row and the last column that are named, and whether a row is named at every place."""
    if not len(starts):
        return 0, 0, True
    word = words(text, starts)
    after = _after(~word & _each(0x40))  # letters have this bit, digits and quotes do not
    letters = (word & _each(0xDF)) >> after  # small ones as capitals
    rest = (word << (np.uint64(64) - after)) ^ _each(ord("0"))
    over = (((rest & _each(0x7F)) + _each(0x7F - 9)) | rest) & _each(0x80)  # this bit if it is above nine
    behind = _after(over)
    row, column = 0, 0
    for digit in int((rest >> behind).max()).to_bytes(8):
        row = row * 10 + digit
    for letter in int(letters.max()).to_bytes(8).lstrip(b"\0"):
        column = column * 26 + letter - ord("A") + 1
    full = starts[after + behind == 64]
    if ((text[full + 8] - ord("0")) < 10).any():
        row = FAR
    return row, column, bool((behind < 64).all())


def _each(byte: int) -> np.uint64:
    return np.uint64(byte * _BYTE)


def _after(marks: Words) -> Words:
    """Bits from the byte of the first mark on; a byte has at most one mark, always the same bit."""
    marks = marks | marks >> np.uint64(8)
    marks |= marks >> np.uint64(16)
    marks |= marks >> np.uint64(32)
    bits: Words = np.bitwise_count(marks).astype(np.uint64) * np.uint64(8)
    return bits
