"""The page of a run: the drawn state machine, the state that is looked at, and what its function logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from ingestion.aws.errors import AwsError
from ingestion.web.codes import explained
from ingestion.web.models import Submission
from ingestion.web.selectors.pipeline import RunSeen, StateSeen, run_seen, state_log
from ingestion.web.selectors.steps import Attempt, attempts
from ingestion.web.states import CONTINUABLE, REPEATABLE, RunState
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import SignInNeeded, as_fundgate_error
from portal.dashboard.paging import page_number
from portal.dashboard.pipeline_drawing import Box, Line, drawing
from portal.dashboard.state_words import called
from portal.dashboard.wording import NOT_REACHED, STEPS, Label

SECONDS, PATIENT_SECONDS, PATIENCE = 1, 5, 120
"""How often the page asks for news, also after so many seconds."""


@dataclass(frozen=True)
class Drawn:
    """A box of the drawing with what became of its state in this run."""

    box: Box
    seen: StateSeen
    label: Label
    address: str
    chosen: bool

    @property
    def title(self) -> str:
        return called(self.seen.state)


@dataclass(frozen=True)
class DrawnLine:
    """A line of the drawing; `taken` when the run went along it."""

    line: Line
    taken: bool


def run_page(actor: Actor, submission: Submission, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows for an address with `attempt` and `state`; the latest and the telling one else."""
    runs = attempts(submission)
    attempt = _attempt(runs, asked.get("attempt"))
    if attempt is None:
        return {"submission": submission}
    seen = run_seen(submission, attempt)
    chosen = seen.states.get(asked.get("state", "")) or _telling(seen)
    name = chosen.state.name
    steps = set(zip(seen.path, seen.path[1:], strict=False))
    plan = drawing()
    may_act = attempt.number == submission.attempt and actor.may(Role.UPLOADER) and not submission.deleted_at
    return {
        "submission": submission,
        "attempts": runs,
        "attempt": attempt,
        "run": seen,
        "drawing": plan,
        "lines": [DrawnLine(line, (line.start, line.end) in steps) for line in plan.lines],
        "boxes": [
            Drawn(
                box,
                seen.states[box.name],
                _label(seen, seen.states[box.name]),
                _address(submission, attempt, box.name),
                box.name == name,
            )
            for box in plan.boxes
        ],
        "chosen": chosen,
        "chosen_title": called(chosen.state),
        "chosen_label": _label(seen, chosen),
        "explained": explained(chosen.code),
        "live_address": _address(submission, attempt if "attempt" in asked else None, asked.get("state")),
        "fingerprint": _fingerprint(seen, chosen),
        "poll_seconds": _poll_seconds(attempt),
        "may_go_on": may_act and submission.state in CONTINUABLE,
        "may_run_again": may_act and submission.state in REPEATABLE,
    }  # fmt: skip


def log_of(actor: Actor, context: dict[str, Any]) -> dict[str, Any]:
    """The log lines of the chosen state, or why they cannot be shown."""
    if "run" not in context:
        return {}
    try:
        lines = state_log(actor, context["submission"], context["attempt"], context["chosen"])
    except AwsError as error:
        known = as_fundgate_error(error)
        if known is None:
            raise
        # the portal's own role reads them: nobody's sign-in is the matter
        return {"log_problem": "" if isinstance(known, SignInNeeded) else known.message, "log_unread": True}
    return {"log": lines}


def _attempt(runs: list[Attempt], asked: str | None) -> Attempt | None:
    if not runs:
        return None
    return runs[min(page_number(asked), len(runs)) - 1] if asked else runs[-1]


def _telling(seen: RunSeen) -> StateSeen:
    """Where a run broke off, else where it is, else where it began."""
    by_status = {state.status: state for state in reversed(seen.states.values()) if state.state.function}
    first = next(iter(seen.states.values()))
    broke_off = next((s for s in seen.states.values() if s.state.stage and s.status == RunState.FAILED), None)
    return broke_off or by_status.get(RunState.RUNNING) or first


def _label(seen: RunSeen, state: StateSeen) -> Label:
    if state.status == RunState.SKIPPED and seen.broke_off:
        return NOT_REACHED
    return STEPS[state.status]


def _address(submission: Submission, attempt: Attempt | None, state: str | None) -> str:
    wanted = {"attempt": str(attempt.number) if attempt else "", "state": state or ""}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{reverse('submission_pipeline', args=[submission.id])}?{query}"


def _fingerprint(seen: RunSeen, chosen: StateSeen) -> str:
    parts = "".join(f"{state.status[0]}{state.tries}" for state in seen.states.values())
    return f"{seen.attempt.number}-{parts}-{chosen.state.name}-{seen.remembered:d}{seen.moving:d}"


def _poll_seconds(attempt: Attempt) -> int:
    if attempt.began_at and (timezone.now() - attempt.began_at).total_seconds() > PATIENCE:
        return PATIENT_SECONDS
    return SECONDS
