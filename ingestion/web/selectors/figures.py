"""Figures of an institution's runs: how many ended how, how long they and their steps took, their cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ingestion.aws.layout import LATER, STAGES
from ingestion.web.run_cost import cost_of
from ingestion.web.selectors.operations import Operations, Run, operations
from ingestion.web.states import State
from portal.accounts.reader import Reader
from portal.common.time import start_of

WINDOWS = (7, 30, 90)
"""Days that figures are told of."""


@dataclass(frozen=True)
class Day:
    """Runs that ended on one day of the viewer's zone, by how they ended."""

    day: date
    verdict: int
    broke_off: int
    sign_in: int

    @property
    def total(self) -> int:
        return self.verdict + self.broke_off + self.sign_in


@dataclass(frozen=True)
class StepTimes:
    """One step over all runs: how often it was reported, p50 and p95 in seconds, how often it broke off."""

    name: str
    runs: int
    p50: float | None
    p95: float | None
    broke_off: int


@dataclass(frozen=True)
class Figures:
    """Runs that ended within the days: `success` is the share with a verdict, seconds are of those with one.

    `cost` is US dollars for each file with a verdict, `cost_all` for all runs; None where nothing ended so.
    """

    operations: Operations
    by_day: list[Day]
    steps: list[StepTimes]
    ended: int
    verdicts: int
    success: float | None
    p50: float | None
    p95: float | None
    cost: float | None
    cost_all: float


def figures(actor: Reader, days: int) -> Figures:
    """Everything that ended in the last days, today among them."""
    first = timezone.localdate() - timedelta(days=days - 1)
    found = operations(actor, start_of(first))
    verdicts = [run for run in found.runs if run.state == State.COMPLETED]
    taken = [run.seconds for run in verdicts if run.seconds is not None]
    return Figures(
        operations=found,
        by_day=_by_day(found, first, days),
        steps=_steps(found.runs),
        ended=len(found.runs),
        verdicts=len(verdicts),
        success=len(verdicts) / len(found.runs) if found.runs else None,
        p50=percentile(taken, 0.5),
        p95=percentile(taken, 0.95),
        cost=sum(map(cost_of, verdicts)) / len(verdicts) if verdicts else None,
        cost_all=sum(map(cost_of, found.runs)),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all do not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] if ordered else None


def _by_day(found: Operations, first: date, days: int) -> list[Day]:
    """Each day of the window, also those without a run."""
    counts = Counter(
        (timezone.localdate(run.ended_at), run.state) for run in found.runs if run.ended_at is not None
    )
    window = [first + timedelta(days=number) for number in range(days)]
    return [
        Day(day, counts[day, State.COMPLETED], counts[day, State.FAILED], counts[day, State.NEEDS_SIGN_IN])
        for day in window
    ]


def _steps(runs: list[Run]) -> list[StepTimes]:
    seconds: dict[str, list[float]] = {}
    reported: Counter[str] = Counter()
    broke_off: Counter[str] = Counter()
    for step in (step for run in runs for step in run.steps):
        reported[step.stage] += 1
        broke_off[step.stage] += step.broke_off
        if step.seconds is not None:
            seconds.setdefault(step.stage, []).append(step.seconds)
    return [
        StepTimes(
            name,
            reported[name],
            percentile(seconds.get(name, []), 0.5),
            percentile(seconds.get(name, []), 0.95),
            broke_off[name],
        )
        for name in (*STAGES, *LATER)
    ]
