"""States, verdicts and the one table of allowed changes."""

from django.db import models


class State(models.TextChoices):
    """Where a submission stands; what came out of it is its verdict."""

    RECEIVING = "RECEIVING", "Being received"
    REFUSED = "REFUSED", "Refused"
    STORED = "STORED", "Stored"
    QUEUED = "QUEUED", "Waiting to start"
    RUNNING = "RUNNING", "Being checked"
    COMPLETED = "COMPLETED", "Checked"
    FAILED = "FAILED", "Stopped"
    NEEDS_SIGN_IN = "NEEDS_SIGN_IN", "Waiting for your sign-in"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"


class Verdict(models.TextChoices):
    """What the rules say about a delivery; set with COMPLETED, kept when it is withdrawn later."""

    PASSED = "passed", "Passed"
    PASSED_WITH_WARNINGS = "passed_with_warnings", "Passed with warnings"
    FAILED = "failed", "Failed"
    UNREADABLE = "unreadable", "Not readable"


class RunState(models.TextChoices):
    """Where one step of one attempt stands."""

    PENDING = "pending", "Not started"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped"
    SKIPPED = "skipped", "Not needed"


ALLOWED_TRANSITIONS: dict[State, frozenset[State]] = {
    State.RECEIVING: frozenset({State.REFUSED, State.STORED, State.WITHDRAWN}),
    State.REFUSED: frozenset(),
    State.STORED: frozenset({State.QUEUED, State.WITHDRAWN}),
    # a run can be over (unknown to Step Functions, or refused at its start) before it was seen running
    State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.NEEDS_SIGN_IN, State.WITHDRAWN}),
    State.RUNNING: frozenset({State.COMPLETED, State.FAILED, State.NEEDS_SIGN_IN, State.WITHDRAWN}),
    State.NEEDS_SIGN_IN: frozenset({State.QUEUED, State.WITHDRAWN}),
    State.FAILED: frozenset({State.QUEUED}),  # by hand: continue or run again
    State.COMPLETED: frozenset({State.QUEUED, State.WITHDRAWN}),  # by hand: run again, under newer rules say
    State.WITHDRAWN: frozenset(),
}

IN_FLIGHT = frozenset({State.QUEUED, State.RUNNING})
CONTINUABLE = frozenset({State.STORED, State.NEEDS_SIGN_IN, State.FAILED})
REPEATABLE = frozenset({State.COMPLETED, State.FAILED, State.NEEDS_SIGN_IN})
WITHDRAWABLE = frozenset(
    state for state, allowed in ALLOWED_TRANSITIONS.items() if State.WITHDRAWN in allowed
)

NEEDS_TOKEN = frozenset({"TOKEN_EXPIRED", "TOKEN_MISSING"})


def state_of_code(code: str) -> State:
    """Where a run that ended with this code leaves its submission."""
    return State.NEEDS_SIGN_IN if code in NEEDS_TOKEN else State.FAILED


def verdict_of(code: str, counts: dict[str, int]) -> Verdict:
    """The verdict a completed run amounts to."""
    if code:
        return Verdict.UNREADABLE
    if counts.get("error", 0):
        return Verdict.FAILED
    return Verdict.PASSED_WITH_WARNINGS if counts.get("warning", 0) else Verdict.PASSED
