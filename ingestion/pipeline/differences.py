"""Which findings of two deliveries are the same: what was fixed, what is new, what is still there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.readers.source import Column

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
LARGEST = 1 << 62
"""Keys stay below it, so that 64 bits hold them."""


@dataclass(frozen=True)
class Differences:
    """Masks over the findings of the earlier and the later delivery; `gone` and `joined` are parts of them.

    `gone` were fixed only in that their position is no longer delivered; `joined` are on a new position.
    """

    fixed: Mask
    new: Mask
    gone: Mask
    joined: Mask


def differences(
    before: Sequence[Column],
    now: Sequence[Column],
    gone: Mask | None = None,
    joined: Mask | None = None,
) -> Differences:
    """Compares findings by what they are about: one column each for rule, field, fund, position and the like.

    Findings that agree in all columns are matched one to one in their order, so that two become one where
    one of them was fixed. `gone` marks earlier findings on a position that left, `joined` later ones on a
    position that came.
    """
    sizes = [len(before[0].codes), len(now[0].codes)]
    keys = _keys(before, now, sizes)
    earlier, later = keys[: sizes[0]], keys[sizes[0] :]
    count = int(keys.max(initial=-1)) + 1
    fixed = _place(earlier) >= np.bincount(later, minlength=count)[earlier]
    new = _place(later) >= np.bincount(earlier, minlength=count)[later]
    nothing = [np.zeros(size, np.bool_) for size in sizes]
    return Differences(
        fixed,
        new,
        fixed & (nothing[0] if gone is None else gone),
        new & (nothing[1] if joined is None else joined),
    )


def _keys(before: Sequence[Column], now: Sequence[Column], sizes: list[int]) -> Integers:
    """A number per finding of both, first the earlier ones; equal where all columns agree."""
    keys, span = np.zeros(sum(sizes), np.int64), 1
    for one, other in zip(before, now, strict=True):
        number: dict[str, int] = {}
        codes = []
        for column in (one, other):
            places = [number.setdefault(text, len(number)) for text in column.values]
            codes.append(np.array(places, np.int64)[column.codes])
        if span * len(number) >= LARGEST:
            keys = _numbered(keys)
            span = len(keys)
        keys, span = keys * len(number) + np.concatenate(codes), span * len(number)
    return _numbered(keys)


def _numbered(keys: Integers) -> Integers:
    """The same with the smallest numbers that will do."""
    found: Integers = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return found


def _place(keys: Integers) -> Integers:
    """The how manieth of its key each one is, from 0."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.searchsorted(ordered, ordered)
    place = np.empty(len(keys), np.int64)
    place[order] = np.arange(len(keys)) - starts
    return place
