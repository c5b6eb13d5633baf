"""A trend of completeness as a small drawing: places for an SVG that the server writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.schedule.selectors import Point

WIDTH, HEIGHT, EDGE = 120, 32, 5
LEAST_SPAN = 0.02
"""Scores that differ by less are drawn as the nearly level line they are."""


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    verdict: str


@dataclass(frozen=True)
class Sparkline:
    """`line` is the list of points of a polyline, `dots` what it joins; both are empty without a score."""

    line: str
    dots: Sequence[Dot]
    first: float | None
    last: float | None


def sparkline(points: Sequence[Point]) -> Sparkline:
    """The drawing for deliveries in their order; those without a score leave a gap in the dots only."""
    scored = [(place, point) for place, point in enumerate(points) if point.score is not None]
    if not scored:
        return Sparkline("", (), None, None)
    scores = [float(point.score or 0) for _place, point in scored]
    span = max(max(scores) - min(scores), LEAST_SPAN)
    high = (max(scores) + min(scores) + span) / 2
    step = (WIDTH - 2 * EDGE) / max(len(points) - 1, 1)
    start = WIDTH - EDGE - step * (len(points) - 1)  # the last delivery stands at the right edge
    drop = (HEIGHT - 2 * EDGE) / span
    dots = [
        Dot(round(start + step * place, 1), round(EDGE + (high - score) * drop, 1), point.verdict)
        for (place, point), score in zip(scored, scores, strict=True)
    ]
    return Sparkline(" ".join(f"{dot.x},{dot.y}" for dot in dots), dots, scores[0], scores[-1])
