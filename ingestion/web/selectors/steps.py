"""The pipeline of one attempt as people see it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ingestion.aws.layout import STAGES
from ingestion.web.models import PipelineEvent, StageRun, Submission
from ingestion.web.states import RunState, State

TITLES = {
    "inspect": "Recognise the template",
    "parse": "Read the table",
    "transform": "Build the tables",
    "validate": "Check the rules",
    "quality": "Compare deliveries",
    "publish": "Store the verdict",
    "annotate": "Mark the findings in a workbook",
}


@dataclass(frozen=True)
class Step:
    """One step of the latest attempt; state is pending, running, done, failed or skipped.

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


def pipeline_steps(submission: Submission) -> list[Step]:
    """Every step in order. What no event told is concluded from the submission's state."""
    runs = {run.stage: run for run in submission.stage_runs.all() if run.attempt == submission.attempt}
    steps: list[Step] = []
    for name in STAGES:
        if name in runs:
            steps.append(_told(runs[name]))
        else:
            steps.append(Step(name, TITLES[name], _concluded(submission, steps, runs)))
    return [_with_code(step, submission) for step in steps]


def provenance(submission: Submission) -> list[dict[str, Any]]:
    """Per stage of the latest attempt.

    Title, role, code and rulebook version, times, what it read and what it wrote.
    """
    events = PipelineEvent.objects.filter(submission=submission, attempt=submission.attempt, kind="audit")
    return [
        {
            "stage": event.stage,
            "title": TITLES[event.stage],
            **(event.audit or {}),
            "outputs": event.objects_written or [],
        }
        for event in events.order_by("sequence")
    ]


def _told(run: StageRun) -> Step:
    seconds = None
    if run.started_at and run.finished_at:
        seconds = max(0.0, (run.finished_at - run.started_at).total_seconds())
    return Step(
        name=run.stage,
        title=TITLES[run.stage],
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=seconds,
        resumed=run.resumed,
        code=run.code,
    )


def _concluded(submission: Submission, before: list[Step], runs: dict[str, StageRun]) -> str:
    if submission.state == State.COMPLETED:
        return RunState.SKIPPED if submission.code else RunState.DONE
    if any(step.state in (RunState.RUNNING, RunState.FAILED, RunState.PENDING) for step in before):
        return RunState.PENDING
    if any(run.state == RunState.FAILED for run in runs.values()):
        return RunState.DONE  # a later step ran, so this one had finished
    if submission.state == State.RUNNING:
        return RunState.RUNNING
    if submission.state in (State.FAILED, State.NEEDS_SIGN_IN):
        return RunState.FAILED
    return RunState.PENDING


def _with_code(step: Step, submission: Submission) -> Step:
    if step.state != RunState.FAILED or step.code:
        return step
    return replace(step, code=submission.code)
