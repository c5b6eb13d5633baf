"""Where the bars and lines of a small chart stand; templates draw them as SVG, beside a table of the same."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.common.numbers import decimal, grouped

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 34
"""Room around the drawing, for its scale and its labels."""
FULL = HEIGHT - TOP - BOTTOM
PARTS = (0, 0.5, 1)
"""Where the scale has a line."""


@dataclass(frozen=True)
class Piece:
    """A part of a bar."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A text beside the drawing; y is its line or its baseline."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing of WIDTH x HEIGHT: pieces of bars, lines as points of polylines, their dots, a scale."""

    pieces: list[Piece]
    lines: list[str]
    dots: list[Mark]
    scale: list[Mark]
    labels: list[Mark]

    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT


def bar_chart(values: Sequence[Mapping[str, int]], labels: Sequence[str]) -> Chart:
    """One bar per entry, its counts by tone on top of each other, the first tone at the bottom."""
    top = _round_up(max((sum(value.values()) for value in values), default=0))
    step, width = _step(len(values)), min(_step(len(values)) * 0.7, 40)
    pieces = []
    for i, value in enumerate(values):
        y = float(TOP + FULL)
        for tone, count in value.items():
            height = FULL * count / top
            y -= height
            if count:
                x = LEFT + step * (i + 0.5) - width / 2
                pieces.append(Piece(tone, _fine(x), _fine(y), _fine(width), _fine(height)))
    scale = [Mark(LEFT - 6, _fine(TOP + FULL * (1 - part)), grouped(round(top * part))) for part in PARTS]
    return Chart(pieces, [], [], scale, _labels(labels))


def line_chart(values: Sequence[float | None], labels: Sequence[str]) -> Chart:
    """Shares of 1 as a line, broken where there is none; the scale begins at a tenth below the lowest."""
    known = [value for value in values if value is not None]
    low = max(0.0, math.floor(min(known, default=0) * 10 - 0.5) / 10)
    step = _step(len(values))
    lines: list[list[str]] = [[]]
    dots = []
    for i, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        x, y = _fine(LEFT + step * (i + 0.5)), _fine(TOP + FULL * (1 - (value - low) / (1 - low or 1)))
        lines[-1].append(f"{x},{y}")
        dots.append(Mark(x, y, f"{decimal(value * 100, 1)}\xa0%"))
    scale = [
        Mark(LEFT - 6, _fine(TOP + FULL * (1 - part)), f"{decimal((low + (1 - low) * part) * 100, 0)}\xa0%")
        for part in PARTS
    ]
    return Chart([], [" ".join(line) for line in lines if len(line) > 1], dots, scale, _labels(labels))


def _step(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(count, 1)


def _labels(labels: Sequence[str]) -> list[Mark]:
    """As many as have room below the drawing, the last one always among them."""
    step = _step(len(labels))
    every = max(1, math.ceil(84 / step))
    shown = [i for i in range(len(labels)) if (len(labels) - 1 - i) % every == 0]
    return [Mark(_fine(LEFT + step * (i + 0.5)), HEIGHT - 6, labels[i]) for i in shown]


def _round_up(value: int) -> int:
    """The next number with one digit of 1, 2, 4 or 6 and zeros: its half is whole too."""
    size = int(10 ** max(0, len(str(value)) - 1))
    return next(top for digit in (1, 2, 4, 6, 10) if (top := max(2, digit * size)) >= value)


def _fine(value: float) -> float:
    return round(value, 1)
