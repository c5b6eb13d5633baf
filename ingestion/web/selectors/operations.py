"""All runs of an institution within a time: from the database alone, so that nobody's sign-in is needed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from ingestion.web.models import StageRun, Submission, Transition
from ingestion.web.selectors.limits import of_seen
from ingestion.web.selectors.submissions import submissions_for
from ingestion.web.states import IN_FLIGHT, RunState, State
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader

ENDS = (State.COMPLETED, State.FAILED, State.NEEDS_SIGN_IN)
MOST_CHANGES, MOST_STEPS = 20_000, 80_000
"""About 10,000 runs; older ones of the same time are left out, and the page says so."""
MOST_WAITING = 50


class StepTook(NamedTuple):
    """One step of a run; seconds are None where its report does not say, and of what was taken over."""

    stage: str
    seconds: float | None
    broke_off: bool


@dataclass(slots=True)
class Run:
    """One attempt: when it was owed, when and how it ended. `state` is "" while it goes on."""

    attempt: int
    queued_at: datetime | None = None
    ended_at: datetime | None = None
    state: str = ""
    steps: list[StepTook] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """From the moment it was owed to its end."""
        if not self.queued_at or not self.ended_at:
            return None
        return max(0.0, (self.ended_at - self.queued_at).total_seconds())


@dataclass(frozen=True)
class Operations:
    """The ended runs of a time, the oldest first, and what waits now; `cut` says that there were more."""

    since: datetime
    runs: list[Run]
    cut: bool
    waiting: list[Submission]
    waiting_count: int


def operations(actor: Reader, since: datetime) -> Operations:
    """What the institution's runs did since then; a run belongs to the time in which it ended."""
    institution = actor.reads(Scope.OPERATIONS)
    changes = Transition.objects.filter(
        submission__institution=institution,
        submission__state_since__gte=since,  # who did not change since then has no change since then
        at__gte=since,
        to_state__in=(State.QUEUED, *ENDS),
    )
    told = list(
        of_seen(changes, actor.limit)
        .order_by("-id")
        .values_list("submission_id", "attempt", "to_state", "at")[:MOST_CHANGES]
    )
    runs: dict[tuple[UUID, int], Run] = {}
    for submission, attempt, state, at in reversed(told):
        run = runs.setdefault((submission, attempt), Run(attempt))
        if state == State.QUEUED:
            run.queued_at = at
        else:
            run.ended_at, run.state = at, state
    steps = StageRun.objects.filter(
        submission__institution=institution, submission__state_since__gte=since, finished_at__gte=since
    )
    told_steps = (
        of_seen(steps, actor.limit)
        .order_by("-id")
        .values_list("submission_id", "attempt", "stage", "state", "resumed", "started_at", "finished_at")
    )
    for submission, attempt, stage, state, resumed, started, finished in told_steps[:MOST_STEPS].iterator():
        if found := runs.get((submission, attempt)):
            seconds = None
            if started and finished and not resumed:
                seconds = max(0.0, (finished - started).total_seconds())
            found.steps.append(StepTook(stage, seconds, state == RunState.FAILED))
    waiting = waiting_for(actor)
    return Operations(
        since,
        [run for run in runs.values() if run.state],
        len(told) == MOST_CHANGES,
        list(waiting[:MOST_WAITING]),
        waiting.count(),
    )


def waiting_for(actor: Reader) -> QuerySet[Submission]:
    """Runs that go on, wait for a sign-in or for somebody to continue them; the longest wait first."""
    states = (*IN_FLIGHT, State.STORED, State.NEEDS_SIGN_IN, State.FAILED)
    mine = submissions_for(actor, scope=Scope.OPERATIONS)
    open_ones = mine.filter(state__in=states, superseded_by__isnull=True)
    return open_ones.order_by("state_since")
