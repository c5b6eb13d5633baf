"""Which findings of two deliveries are the same: what was fixed, what is new, what is still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
NO_TEXT = hash("")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Differences:
    """Masks over the findings of the earlier and the later delivery; `gone` and `joined` are parts of them.

    `gone` were fixed only in that their position is no longer delivered; `joined` are on a new position.
    """

    fixed: Mask
    new: Mask
    gone: Mask
    joined: Mask


def numbers_of(texts: Sequence[str]) -> Integers:
    """64 bits per text, equal where the texts are: Python's keyed hash, which nobody outside can foresee.

    So findings are compared without keeping a text: among a million different ones two have the same number
    in one of 37 million cases. The numbers mean something in this process only.
    """
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def joined_numbers(columns: Sequence[Integers]) -> Integers:
    """One number per row of several columns, equal where all of them are."""
    wide = (column.astype(np.uint64) for column in columns)
    return reduce(lambda one, other: one * _FACTOR + other, wide).astype(np.int64)


def differences(
    before: Integers, now: Integers, gone: Mask | None = None, joined: Mask | None = None
) -> Differences:
    """Compares findings by what they are about, a number each.

    Findings with the same number are matched one to one in their order, so that two become one where
    one of them was fixed. `gone` marks earlier findings on a position that left, `joined` later ones on a
    position that came.
    """
    numbers = np.concatenate([before, now])
    order = np.argsort(numbers, kind="stable")  # of a number first the earlier ones, each as they stood
    starts = np.flatnonzero(np.diff(numbers[order], prepend=~numbers[order[:1]]))
    sizes = np.diff(starts, append=len(order))
    earlier = np.add.reduceat(order < len(before), starts, dtype=np.int64) if len(starts) else sizes
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    both = np.repeat(np.minimum(earlier, sizes - earlier), sizes)
    later = place - np.repeat(earlier, sizes)
    alone = np.empty(len(order), np.bool_)
    alone[order] = np.where(later < 0, place, later) >= both
    fixed, new = alone[: len(before)], alone[len(before) :]
    return Differences(
        fixed,
        new,
        fixed & (np.zeros_like(fixed) if gone is None else gone),
        new & (np.zeros_like(new) if joined is None else joined),
    )
