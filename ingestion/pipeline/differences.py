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
    keys: Integers = np.unique(np.concatenate([before, now]), return_inverse=True)[1].astype(np.int64)
    earlier, later = keys[: len(before)], keys[len(before) :]
    count = int(keys.max(initial=-1)) + 1
    fixed = _place(earlier) >= np.bincount(later, minlength=count)[earlier]
    new = _place(later) >= np.bincount(earlier, minlength=count)[later]
    return Differences(
        fixed,
        new,
        fixed & (np.zeros_like(fixed) if gone is None else gone),
        new & (np.zeros_like(new) if joined is None else joined),
    )


def _place(keys: Integers) -> Integers:
    """The how manieth of its key each one is, from 0."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.searchsorted(ordered, ordered)
    place = np.empty(len(keys), np.int64)
    place[order] = np.arange(len(keys)) - starts
    return place
