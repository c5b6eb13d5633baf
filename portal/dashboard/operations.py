"""The operations page: figures, runs per day, times per step, cost per file, what waits and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws.layout import LATER, STAGES
from ingestion.web.models import Submission
from ingestion.web.selectors.operations import Operations, Run, operations
from ingestion.web.selectors.steps import TITLES
from ingestion.web.states import IN_FLIGHT, State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.dashboard.banners import banner
from portal.dashboard.operations_cost import cost_of, prices
from portal.dashboard.operations_drawing import day_chart, step_chart

WINDOWS = (7, 30, 90)
LATE = timedelta(minutes=15)  # docs/operate.md names the same


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
    title: str
    runs: int
    p50: float | None
    p95: float | None
    broke_off: int


@dataclass(frozen=True)
class Waiting:
    """A submission that waits, and why, in words."""

    submission: Submission
    why: str
    next_step: str


def days_asked(text: str | None) -> int:
    """The window asked for in an address; 30 days for anything else."""
    return int(text) if text in {str(days) for days in WINDOWS} else 30


def operations_page(actor: Actor, days: int) -> dict[str, Any]:
    """Everything the page shows about the last days, today among them."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    since = timezone.make_aware(datetime.combine(first, time.min))
    found = operations(actor, since)
    by_day = _by_day(found, first, days)
    steps = _steps(found.runs)
    verdicts = [run for run in found.runs if run.state == State.COMPLETED]
    taken = [run.seconds for run in verdicts if run.seconds is not None]
    costs: dict[str, list[float]] = {State.COMPLETED: []}
    for run in found.runs:
        costs.setdefault(run.state, []).append(cost_of(run))
    may_continue = actor.may(Role.UPLOADER)
    return {
        "days": days,
        "windows": WINDOWS,
        "operations": found,
        "by_day": by_day,
        "day_chart": day_chart([(day.verdict, day.broke_off, day.sign_in) for day in by_day]),
        "steps": steps,
        "step_chart": step_chart(
            [(step.title, step.p50, step.p95) for step in steps if step.p95 is not None]
        ),
        "ended": len(found.runs),
        "verdicts": len(verdicts),
        "success": len(verdicts) / len(found.runs) if found.runs else None,
        "p50": percentile(taken, 0.5),
        "p95": percentile(taken, 0.95),
        "cost": sum(costs[State.COMPLETED]) / len(verdicts) if verdicts else None,
        "cost_all": sum(map(sum, costs.values())),
        "prices": prices().document,
        "price_list": [body for body in prices().document.values() if isinstance(body, dict)],
        "waiting": [_waiting(one, may_continue) for one in found.waiting],
    }


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all do not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] if ordered else None


def _waiting(submission: Submission, may_continue: bool) -> Waiting:
    if submission.state not in IN_FLIGHT:
        said = banner(submission, may_continue=may_continue)
        return Waiting(submission, said.meaning, said.next_step)
    late = timezone.now() - submission.state_since > LATE
    why = _("It is being checked now.") if submission.state == State.RUNNING else _("It starts in a moment.")
    if late:
        why = _("It takes unusually long. Fundgate asks AWS about it every minute and goes on by itself.")
    return Waiting(submission, why, "")


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
            str(TITLES[name]),
            reported[name],
            percentile(seconds.get(name, []), 0.5),
            percentile(seconds.get(name, []), 0.95),
            broke_off[name],
        )
        for name in (*STAGES, *LATER)
    ]
