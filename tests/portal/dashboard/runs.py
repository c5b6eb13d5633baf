"""Runs for the tests of the pages about them: changes of state, steps, and what Step Functions would say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingestion.aws import errors as aws
from ingestion.web.executions import Visit
from ingestion.web.models import StageRun, Submission, Transition
from ingestion.web.selectors import pipeline
from ingestion.web.state_machine import state_machine
from ingestion.web.states import State


def ended(submission: Submission, to: State, *, at: datetime, seconds: float = 2, attempt: int = 1) -> None:
    """The changes of state of an attempt that ended so."""
    begun = at - timedelta(seconds=seconds)
    for state, moment in ((State.QUEUED, begun), (State.RUNNING, begun), (to, at)):
        code = submission.code if state == to else ""
        Transition.objects.create(
            submission=submission, attempt=attempt, to_state=state, at=moment, code=code
        )
    submission.state_since = at
    submission.save()


def step(submission: Submission, stage: str, *, at: datetime, seconds: float = 1, **values: Any) -> None:
    """A step as its events leave it."""
    given: dict[str, Any] = {"attempt": 1, "state": "done", "finished_at": at}
    given["started_at"] = at - timedelta(seconds=seconds)
    StageRun.objects.create(submission=submission, stage=stage, **(given | values))


def told(monkeypatch: pytest.MonkeyPatch, *visits: Visit) -> None:
    """What Step Functions says of any run; nothing for a run it has forgotten."""

    def answer(_submission: Submission, _attempt: int) -> list[Visit]:
        if not visits:
            raise aws.NotFound("ExecutionDoesNotExist", "GetExecutionHistory")
        return list(visits)

    monkeypatch.setattr(pipeline, "visits", answer)


def went(*ran: str, broke_off: str = "", code: str = "", until: str = "") -> list[Visit]:
    """The stays of a run in which these stages ran, half a second each; `until` names the state it is in."""
    start = timezone.now() - timedelta(minutes=1)
    found: list[Visit] = []
    for number, name in enumerate(state_machine().route(ran, broke_off)):
        entered = start + timedelta(seconds=number)
        left = None if name == until else entered + timedelta(seconds=0.5)
        here = state_machine().states[name]
        failed = bool(broke_off) and here.stage == broke_off
        found.append(Visit(name, entered, left, int(bool(here.function)), code if failed else "", failed))
        if name == until:
            break
    return found
