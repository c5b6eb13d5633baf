"""The state machine as one attempt went through it, and the log lines of its functions."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from ingestion.aws import errors as aws
from ingestion.web.executions import Visit, visits
from ingestion.web.function_logs import LogLine, log_lines
from ingestion.web.models import StageRun, Submission
from ingestion.web.selectors.steps import Attempt, Step, pipeline_steps, stage_runs, told
from ingestion.web.selectors.submissions import get_submission
from ingestion.web.state_machine import StateMachine, StateOfMachine, state_machine
from ingestion.web.states import IN_FLIGHT, RunState, State
from portal.accounts.actor import Actor

SKEW = timedelta(milliseconds=50)  # between the clock of a function and that of the state machine
AFTER_THE_END = timedelta(minutes=10)  # what follows the verdict
LONGEST = timedelta(hours=1)  # the state machine gives up before; more of a log is never asked for


@dataclass(frozen=True)
class StateSeen:
    """One state in one attempt; `status` is pending, running, done, failed or skipped.

    Times and tries are None and 0 where nobody remembers them.
    """

    state: StateOfMachine
    status: str
    entered_at: datetime | None = None
    left_at: datetime | None = None
    tries: int = 0
    code: str = ""
    resumed: bool = False

    @property
    def seconds(self) -> float | None:
        """How long the run stayed in it; None before it left."""
        if not self.entered_at or not self.left_at:
            return None
        return max(0.0, (self.left_at - self.entered_at).total_seconds())


@dataclass(frozen=True)
class RunSeen:
    """An attempt: its states by name, and the order in which they were entered, as far as it is known.

    `remembered`: Step Functions told of it; without that the states are concluded from what steps reported.
    `away`: it could not be asked.
    """

    attempt: Attempt
    states: dict[str, StateSeen]
    path: tuple[str, ...]
    remembered: bool
    moving: bool
    away: bool = False

    @property
    def broke_off(self) -> bool:
        """Whether it ended without a verdict."""
        return any(
            seen.state.kind == "Fail" and seen.status == RunState.FAILED for seen in self.states.values()
        )


def run_seen(submission: Submission, attempt: Attempt) -> RunSeen:
    """An attempt of a submission that the caller may see."""
    machine, runs = state_machine(), stage_runs(submission, attempt.number)
    try:
        found = visits(submission, attempt.number)
    except aws.AwsError as error:  # forgotten after 90 days, not started, or not reachable now
        steps = pipeline_steps(submission, attempt)
        return replace(_reported(machine, attempt, steps, runs), away=not isinstance(error, aws.NotFound))
    if not found:
        return _reported(machine, attempt, pipeline_steps(submission, attempt), runs)
    last = machine.states.get(found[-1].state)
    over = found[-1].left_at is not None and (last is None or not last.edges)
    latest = {visit.state: visit for visit in found}
    states = {
        name: _visited(state, latest.get(name), runs.get(state.stage), over)
        for name, state in machine.states.items()
    }
    return RunSeen(attempt, states, tuple(visit.state for visit in found), remembered=True, moving=not over)


def state_log(actor: Actor, submission: Submission, attempt: Attempt, seen: StateSeen) -> list[LogLine]:
    """What the function of a state wrote about this submission, while the attempt was in that state.

    NotFound unless the submission is one of the actor's institution; AwsUnavailable, AccessDenied.
    """
    mine = get_submission(actor, submission.id)
    if not seen.state.function:
        return []
    since = seen.entered_at or attempt.began_at or mine.created_at
    until = seen.left_at or (attempt.ended_at + AFTER_THE_END if attempt.ended_at else timezone.now())
    until = min(until, since + LONGEST) + SKEW
    return log_lines(mine, attempt.number, seen.state.function, since - SKEW, until)


def _visited(state: StateOfMachine, visit: Visit | None, run: StageRun | None, over: bool) -> StateSeen:
    if visit is None:
        return StateSeen(state, RunState.SKIPPED if over else RunState.PENDING)
    if visit.left_at is None:
        status = RunState.RUNNING
    else:
        status = RunState.FAILED if visit.failed or state.kind == "Fail" else RunState.DONE
    resumed = bool(run and run.resumed)
    return StateSeen(
        state,
        status,
        visit.entered_at,
        visit.left_at,
        visit.tries,
        visit.code if visit.failed else "",
        resumed,
    )


def _reported(
    machine: StateMachine, attempt: Attempt, steps: list[Step], runs: dict[str, StageRun]
) -> RunSeen:
    """The states as far as the steps' own reports tell of them."""
    known = {step.name: step for step in steps} | {stage: told(run) for stage, run in runs.items()}
    over = attempt.state not in IN_FLIGHT
    path: tuple[str, ...] = ()
    if over and attempt.state != State.WITHDRAWN:
        ran = [step.name for step in known.values() if step.state == RunState.DONE]
        broke_off = next((step.name for step in steps if step.state == RunState.FAILED), "")
        path = tuple(machine.route(ran, broke_off))
    states = {}
    for name, state in machine.states.items():
        step = known.get(state.stage)
        if step and (name in path or not path):
            states[name] = StateSeen(
                state, step.state, step.started_at, step.finished_at, 0, step.code, step.resumed
            )
        elif name in path:
            states[name] = StateSeen(state, RunState.FAILED if state.kind == "Fail" else RunState.DONE)
        else:
            states[name] = StateSeen(state, RunState.SKIPPED if over else RunState.PENDING)
    return RunSeen(attempt, states, path, remembered=False, moving=not over)
