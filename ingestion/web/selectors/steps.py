"""The pipeline of one attempt as people see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from ingestion.aws.layout import STAGES
from ingestion.web.models import PipelineEvent, StageRun, Submission, Transition
from ingestion.web.states import RunState, State

TITLES = {
    "inspect": lazy("Recognise the template"),
    "parse": lazy("Read the table"),
    "transform": lazy("Build the tables"),
    "validate": lazy("Check the rules"),
    "quality": lazy("Compare deliveries"),
    "publish": lazy("Store the verdict"),
    "annotate": lazy("Mark the findings in a workbook"),
}


@dataclass(frozen=True)
class Step:
    """One step of an attempt; state is pending, running, done, failed or skipped.

    Seconds once it is over.
    """

    name: str
    title: str
    state: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    seconds: float | None = None
    resumed: bool = False
    code: str = ""


@dataclass(frozen=True)
class Attempt:
    """One run of a submission: where it stands or left the submission, and the code it ended with."""

    number: int
    state: str
    code: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None


def attempts(submission: Submission) -> list[Attempt]:
    """Every attempt, the first one first; the latest is where the submission stands."""
    changes: dict[int, list[Transition]] = {}
    for change in submission.transitions.all():
        changes.setdefault(change.attempt, []).append(change)
    return [
        _attempt(submission, number, changes.get(number, [])) for number in range(1, submission.attempt + 1)
    ]


def pipeline_steps(submission: Submission, attempt: Attempt | None = None) -> list[Step]:
    """Every step of an attempt, else the latest, in order.

    What no event told is concluded from where the attempt stands.
    """
    here = attempt or Attempt(submission.attempt, submission.state, submission.code)
    runs = stage_runs(submission, here.number)
    steps: list[Step] = []
    for name in STAGES:
        if name in runs:
            steps.append(told(runs[name]))
        else:
            steps.append(Step(name, str(TITLES[name]), _concluded(here, steps, runs)))
    return [_with_code(step, here) for step in steps]


def stage_runs(submission: Submission, attempt: int) -> dict[str, StageRun]:
    """What events told of an attempt, by stage."""
    return {run.stage: run for run in submission.stage_runs.all() if run.attempt == attempt}


def provenance(submission: Submission) -> list[dict[str, Any]]:
    """Per stage of the latest attempt.

    Title, role, code and rulebook version, times, what it read and what it wrote.
    """
    events = PipelineEvent.objects.filter(submission=submission, attempt=submission.attempt, kind="audit")
    return [
        {
            "stage": event.stage,
            "title": str(TITLES[event.stage]),
            **(event.audit or {}),
            "outputs": event.objects_written or [],
        }
        for event in events.order_by("sequence")
    ]


def told(run: StageRun) -> Step:
    """A step as its events have it."""
    seconds = None
    if run.started_at and run.finished_at:
        seconds = max(0.0, (run.finished_at - run.started_at).total_seconds())
    return Step(
        name=run.stage,
        title=str(TITLES[run.stage]),
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=seconds,
        resumed=run.resumed,
        code=run.code,
    )


def _attempt(submission: Submission, number: int, changes: list[Transition]) -> Attempt:
    began = next((change.at for change in changes if change.to_state == State.QUEUED), None)
    if number == submission.attempt:
        ended = None if submission.in_flight else submission.finished_at
        return Attempt(number, submission.state, submission.code, began, ended)
    if not changes:
        return Attempt(number, State.FAILED, "", began, None)
    last = changes[-1]
    return Attempt(number, last.to_state, last.code, began, last.at)


def _concluded(here: Attempt, before: list[Step], runs: Mapping[str, StageRun]) -> str:
    if here.state == State.COMPLETED:
        return RunState.SKIPPED if here.code else RunState.DONE
    if any(step.state in (RunState.RUNNING, RunState.FAILED, RunState.PENDING) for step in before):
        return RunState.PENDING
    if any(run.state == RunState.FAILED for run in runs.values()):
        return RunState.DONE  # a later step ran, so this one had finished
    if here.state == State.RUNNING:
        return RunState.RUNNING
    if here.state in (State.FAILED, State.NEEDS_SIGN_IN):
        return RunState.FAILED
    return RunState.PENDING


def _with_code(step: Step, here: Attempt) -> Step:
    if step.state != RunState.FAILED or step.code:
        return step
    return replace(step, code=here.code)
