"""Charts of the operations page: shapes with places, for a template to write as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, TALL = 360, 140
LEFT, BOTTOM, TOP = 26, 18, 8
ROW = 34
TONES = ("good", "odd", "hold")
"""Of the parts of a column: ended with a verdict, broke off, waits for sign-in."""


@dataclass(frozen=True)
class Bar:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    faint: bool = False


@dataclass(frozen=True)
class Tick:
    """A line of the scale, or a row, and what is written there."""

    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing of this size; empty when there is nothing to draw."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def day_chart(days: Sequence[tuple[int, ...]]) -> Chart:
    """A column for each day, its parts on top of each other, over a scale of whole numbers."""
    most = max((sum(parts) for parts in days), default=0)
    top, step = _scale(most)
    pitch = (WIDTH - LEFT) / max(1, len(days))
    height = TALL - TOP - BOTTOM
    bars: list[Bar] = []
    for number, parts in enumerate(days):
        floor = float(TALL - BOTTOM)
        for tone, count in zip(TONES, parts, strict=True):
            if count:
                tall = height * count / top
                floor -= tall
                bars.append(
                    Bar(_r(LEFT + pitch * number + pitch * 0.1), _r(floor), _r(pitch * 0.8), _r(tall), tone)
                )
    ticks = [Tick(_r(TALL - BOTTOM - height * value / top), str(value)) for value in range(0, top + 1, step)]
    return Chart(WIDTH, TALL, tuple(bars), tuple(ticks))


def step_chart(steps: Sequence[tuple[str, float | None, float | None]]) -> Chart:
    """A row for each step: the bar to p95 behind the bar to p50, all to one scale."""
    longest = max((p95 for _, _, p95 in steps if p95), default=0.0)
    bars: list[Bar] = []
    ticks: list[Tick] = []
    for number, (title, p50, p95) in enumerate(steps):
        y = number * ROW + 16
        ticks.append(Tick(y - 4, title))
        for value, faint in ((p95, True), (p50, False)):
            if value is not None and longest:
                bars.append(Bar(1, y, _r(max(1.5, (WIDTH - 2) * value / longest)), 12, "hold", faint))
    return Chart(WIDTH, len(steps) * ROW, tuple(bars), tuple(ticks))


def _scale(most: int) -> tuple[int, int]:
    """The top of a scale from 0 and the distance of its lines, at most four: 1, 2, 5, 10, 20 and so on."""
    step = 1
    while step * 4 < most:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return max(step * -(-most // step), 1), step


def _r(number: float) -> float:
    return round(number, 2)
