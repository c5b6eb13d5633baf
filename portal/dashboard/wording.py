"""How states, verdicts, steps, severities and roles are called: tone, icon and word, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.models import Submission

Text = str | Promise


@dataclass(frozen=True)
class Label:
    """A short status: `tone` picks the colours, `icon` the shape, `word` says it."""

    tone: str
    icon: str
    word: Text


STATES: dict[str, Label] = {
    "RECEIVING": Label("calm", "running", lazy("Being received")),
    "REFUSED": Label("bad", "error", lazy("Refused")),
    "STORED": Label("hold", "key", lazy("Waits to be continued")),
    "QUEUED": Label("calm", "clock", lazy("Waiting to start")),
    "RUNNING": Label("hold", "running", lazy("Being checked")),
    "COMPLETED": Label("calm", "check", lazy("Checked")),
    "FAILED": Label("odd", "broken", lazy("Check broke off")),
    "NEEDS_SIGN_IN": Label("hold", "key", lazy("Waits for sign-in")),
    "WITHDRAWN": Label("calm", "withdrawn", lazy("Withdrawn")),
}

VERDICTS: dict[str, Label] = {
    "passed": Label("good", "passed", lazy("Passed")),
    "passed_with_warnings": Label("warn", "warning", lazy("Passed with warnings")),
    "failed": Label("bad", "error", lazy("Errors found")),
    "unreadable": Label("odd", "unreadable", lazy("Could not be read")),
}

ACCEPTANCES: dict[bool, Label] = {
    True: Label("good", "passed", lazy("Passes")),
    False: Label("bad", "error", lazy("Does not pass")),
}

# What the recipient's own rules say of a received delivery.
OWN_RESULTS: dict[str, Label] = VERDICTS | {
    "rulebook_unfollowable": Label("warn", "warning", lazy("Rulebook cannot be followed")),
    "waiting_for_sign_in": Label("hold", "clock", lazy("Waits to be checked")),
    "replaced": Label("calm", "withdrawn", lazy("Replaced unchecked")),
    "file_not_shared": Label("calm", "withdrawn", lazy("File not shared")),
}

SEVERITIES: dict[str, Label] = {
    "error": Label("bad", "error", lazy("Error")),
    "warning": Label("warn", "warning", lazy("Warning")),
    "info": Label("calm", "info", lazy("Note")),
}

# What a rulebook can make of a rule.
SETTINGS: dict[str, Label] = SEVERITIES | {"off": Label("calm", "withdrawn", lazy("Off"))}
INSTEAD_OF: dict[str, Text] = {
    "error": lazy("instead of error"),
    "warning": lazy("instead of warning"),
    "info": lazy("instead of note"),
    "off": lazy("instead of off"),
}

STEPS: dict[str, Label] = {
    "pending": Label("calm", "clock", lazy("Not started")),
    "running": Label("hold", "running", lazy("Running")),
    "done": Label("good", "check", lazy("Done")),
    "failed": Label("odd", "broken", lazy("Broke off")),
    "skipped": Label("calm", "skipped", lazy("Not needed")),
}

# A state that a run which broke off did not get to.
NOT_REACHED = Label("calm", "skipped", lazy("Not reached"))

UNKNOWN = Label("calm", "info", lazy("Unknown"))

# The page asks for news while a submission is in one of these states.
MOVING = frozenset({"RECEIVING", "QUEUED", "RUNNING"})


def status(submission: Submission) -> Label:
    """The one label a submission carries in lists: its verdict once it has one, its state before."""
    if submission.state == "COMPLETED" and submission.verdict:
        return VERDICTS.get(submission.verdict, UNKNOWN)
    return STATES.get(submission.state, UNKNOWN)


def scope_of(finding: Mapping[str, Any]) -> str:
    """What a finding is about; one about more than a row stands at row 0."""
    if finding["row"]:
        return _("row")
    return _("whole fund") if finding.get("portfolio") else _("whole file")
