"""Seconds of a page, several times, beside what they may be."""

import statistics
import time
from dataclasses import dataclass

from tests.fixtures.plain_browser import PlainBrowser

ROUNDS = 7
FIRST_PAINT, ANSWER = 1.0, 0.3
"""Seconds at most: a page that is opened; the next page, a filter, a part of a page."""


@dataclass(frozen=True)
class Figure:
    """How long something took, each time, and how long half of the times may take."""

    name: str
    seconds: list[float]
    limit: float

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def reached(self) -> bool:
        return self.median <= self.limit


def answered(person: PlainBrowser, name: str, address: str, limit: float) -> Figure:
    """A page or the part of it that a browser swaps in, fetched ROUNDS times."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = person.get(address, headers={"HX-Request": "true"} if limit == ANSWER else {})
        seconds.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
    return Figure(name, seconds, limit)


def told(figure: Figure) -> Figure:
    """The same, printed."""
    said = "yes" if figure.reached else "NO"
    print(
        f"  {figure.name:<34} median {figure.median * 1000:5.0f} ms, slowest "
        f"{max(figure.seconds) * 1000:5.0f} ms, at most {figure.limit * 1000:4.0f} ms: {said}",
        flush=True,
    )
    return figure
