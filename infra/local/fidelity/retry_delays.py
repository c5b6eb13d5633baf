"""Gap: a retrier's MaxDelaySeconds and JitterStrategy are ignored; busy runs wait up to a minute."""

import random
from typing import Any

from ministack.services import stepfunctions


def install() -> None:
    """Hand the emulator a retrier whose next wait is already worked out."""
    find = stepfunctions._find_matching_retrier

    def matching(retriers: list[dict[str, Any]], error: str, counts: dict[int, int]) -> Any:
        retrier, number = find(retriers, error, counts)
        if retrier is not None:
            wait = seconds(retrier, counts.get(number, 0))
            retrier = {**retrier, "IntervalSeconds": wait, "BackoffRate": 1}
        return retrier, number

    stepfunctions._find_matching_retrier = matching


def seconds(retrier: dict[str, Any], tried: int) -> float:
    """How long to wait before the next try, after so many."""
    longest = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tried
    longest = min(longest, retrier.get("MaxDelaySeconds", 60))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, longest)
    return float(longest)
