"""What is to be reached, and whether a run reached it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

RACE_LIMITS = {"pandera_polars": 5.0, "pandera_pandas": 15.0, "great_expectations_pandas": 60.0}
"""How many times faster than these the engine is to be on 10 MB of csv."""
TO_PROTOTYPE = 2.0
VERDICT_SECONDS = 0.5
TO_CALAMINE = 1.5
MEMORY = 300.0
"""Megabytes, at 10 MB of csv."""
LINEAR = 1.25
"""Seconds per megabyte at 100 MB, as a multiple of those at 10 MB."""
START_SECONDS = 0.4


@dataclass(frozen=True)
class Target:
    """One target; `at_least` says on which side of the limit the measured value is to be."""

    text: str
    limit: float
    measured: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def as_data(self) -> dict[str, Any]:
        """For the JSON report."""
        return asdict(self) | {"reached": self.reached}


def targets(results: dict[str, Any], size: str) -> Iterator[Target]:
    """The targets that this run measured, for files of one size."""
    race = results.get("race", {}).get(f"{size} MB csv", {})
    own = race.get("fundgate", {}).get("total")
    if own and "prototype" in race:
        ratio = own / race["prototype"]["total"]
        yield Target("race: at most this many times the prototype's seconds", TO_PROTOTYPE, ratio)
    for engine, times in RACE_LIMITS.items():
        if own and engine in race:
            ratio = race[engine]["total"] / own
            yield Target(f"race: this many times faster than {engine}", times, ratio, at_least=True)
    product = results.get("tpt", {})
    text = product.get(f"{size} MB csv", {}).get("verdict")
    if text:
        yield Target("TPT 7.0 csv: seconds to the findings", VERDICT_SECONDS, text["total"])
        yield Target("TPT 7.0 csv: megabytes of memory at most", MEMORY, text["memory"])
    book = product.get(f"{size} MB xlsx", {})
    if "calamine" in book:
        verdict, alone = book["verdict"], book["calamine"]["total"]
        reading = (verdict["inspect"] + verdict["parse"]) / alone
        yield Target(
            "TPT 7.0 xlsx: reading, times the seconds of python-calamine alone", TO_CALAMINE, reading
        )
        yield Target("TPT 7.0 xlsx: the same up to the findings", TO_CALAMINE, verdict["total"] / alone)
    large = results.get("linear", {})
    if large and text:
        most = max(large.values(), key=lambda measures: measures["megabytes"])
        ratio = (most["total"] / most["megabytes"]) / (text["total"] / text["megabytes"])
        yield Target(
            f"linear to {most['megabytes']:.0f} MB: seconds per megabyte, to {size} MB", LINEAR, ratio
        )
    if "import" in results.get("start", {}):
        seconds = results["start"]["import"]["total"]
        yield Target("importing the hot path: seconds", START_SECONDS, seconds)
