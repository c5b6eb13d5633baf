"""How states, verdicts, steps and severities are said to people: tone, icon and sentences, in one place."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from ingestion.pipeline.codes import CODES
from ingestion.web.models import Submission
from ingestion.web.services import Outcome, Refused
from ingestion.web.states import State

Text = str | Promise


@dataclass(frozen=True)
class Label:
    """A short status: `tone` picks the colours, `icon` the shape, `word` says it."""

    tone: str
    icon: str
    word: Text


@dataclass(frozen=True)
class Banner:
    """What the top of a submission says: a headline, what it means, what to do next, the code if there is one."""

    tone: str
    icon: str
    title: str
    meaning: str
    next_step: str
    code: str = ""


@dataclass(frozen=True)
class OutcomeShown:
    """What became of one file of an upload; `submission` is where to look, None when nothing was kept."""

    kind: str
    tone: str
    icon: str
    name: str
    title: str
    message: str
    submission: Submission | None

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeShown":
        """The outcome of a service as an entry of the list."""
        if isinstance(outcome, Refused):
            return cls(outcome.kind, "bad", "error", outcome.file_name, outcome.title, outcome.message, None)
        waits = outcome.submission.state == State.STORED
        tone, icon = (
            ("hold", "info")
            if outcome.kind == "duplicate"
            else ("warn", "clock")
            if waits
            else ("good", "passed")
        )
        return cls(outcome.kind, tone, icon, outcome.file_name, "", outcome.message, outcome.submission)


STATES: dict[str, Label] = {
    "RECEIVING": Label("calm", "running", lazy("Being received")),
    "REFUSED": Label("bad", "error", lazy("Refused")),
    "STORED": Label("calm", "clock", lazy("Waiting to start")),
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

SEVERITIES: dict[str, Label] = {
    "error": Label("bad", "error", lazy("Error")),
    "warning": Label("warn", "warning", lazy("Warning")),
    "info": Label("calm", "info", lazy("Note")),
}

STEPS: dict[str, Label] = {
    "pending": Label("calm", "clock", lazy("Not started")),
    "running": Label("hold", "running", lazy("Running")),
    "done": Label("good", "check", lazy("Done")),
    "failed": Label("odd", "broken", lazy("Broke off")),
    "skipped": Label("calm", "skipped", lazy("Not needed")),
}

ROLES: dict[str, Text] = {
    "viewer": lazy("viewer"),
    "uploader": lazy("uploader"),
    "reviewer": lazy("reviewer"),
    "admin": lazy("administrator"),
}

UNKNOWN = Label("calm", "info", lazy("Unknown"))

# The page asks for news while a submission is in one of these states.
MOVING = frozenset({"RECEIVING", "STORED", "QUEUED", "RUNNING"})


def status(submission: Submission) -> Label:
    """The one label a submission carries in lists: its verdict once it has one, its state before."""
    if submission.state == "COMPLETED" and submission.verdict:
        return VERDICTS.get(submission.verdict, UNKNOWN)
    return STATES.get(submission.state, UNKNOWN)


def banner(submission: Submission) -> Banner:
    """The verdict or state of one submission in sentences."""
    if submission.state == "COMPLETED":
        return _verdict_banner(submission)
    return _state_banner(submission)


def _verdict_banner(submission: Submission) -> Banner:
    errors, warnings = submission.error_count or 0, submission.warning_count or 0
    if submission.verdict == "passed":
        return Banner(
            "good",
            "passed",
            _("Passed"),
            _("The file keeps every rule that was checked."),
            _("There is nothing to do."),
        )
    if submission.verdict == "passed_with_warnings":
        found = ngettext(
            "There are no errors, and one warning.", "There are no errors, and %(count)s warnings.", warnings
        ) % {"count": f"{warnings:,}"}
        return Banner(
            "warn",
            "warning",
            _("Passed with warnings"),
            found,
            _(
                "Look through the warnings below. The file can be used as it is if each of them is as it should be."
            ),
        )
    if submission.verdict == "failed":
        found = ngettext(
            "One error has to be corrected before this file can be relied on.",
            "%(count)s errors have to be corrected before this file can be relied on.",
            errors,
        ) % {"count": f"{errors:,}"}
        return Banner(
            "bad",
            "error",
            _("Errors found"),
            found,
            _("Correct the rows listed below in your source, then upload the new file."),
        )
    title, meaning, how = say_code(submission.code)
    return Banner(
        "odd",
        "unreadable",
        title or _("The file could not be read"),
        meaning or _("No rule could be checked because the content could not be understood."),
        how or _("Open the file, save it again as csv or xlsx, and upload it anew."),
        submission.code or "",
    )


def _state_banner(submission: Submission) -> Banner:
    label = STATES.get(submission.state, UNKNOWN)
    code = submission.code or ""
    title, meaning, how = say_code(code)
    texts: dict[str, tuple[str, str, str]] = {
        "RECEIVING": (
            _("Your file is being received"),
            _("It is on its way into your institution's store."),
            "",
        ),
        "STORED": (
            _("Stored, waiting to start"),
            _("Your file is safe in your institution's store. The check starts in a moment."),
            _("You can close this page; the result will be here when you come back."),
        ),
        "QUEUED": (
            _("Stored, waiting to start"),
            _("Your file is safe in your institution's store. The check starts in a moment."),
            _("You can close this page; the result will be here when you come back."),
        ),
        "RUNNING": (
            _("Your file is being checked"),
            _("Most files take a few seconds."),
            _(
                "This page follows along by itself. You can close it; the result will be here when you come back."
            ),
        ),
        "FAILED": (
            _("The check broke off"),
            meaning or _("Something on our side went wrong before a verdict was reached."),
            _("This says nothing about the quality of your file, which is stored unchanged.")
            + " "
            + (how or _("Run it again; if it breaks off again, tell the people who run Fundgate.")),
        ),
        "NEEDS_SIGN_IN": (
            _("Waiting for someone to sign in"),
            _(
                "Fundgate has no key to your file. It can read it only while a person of your institution is "
                "signed in, and that sign-in ended before the check was finished."
            ),
            _("Continue lends the check your present sign-in. It picks up after the last finished step."),
        ),
        "WITHDRAWN": (
            _("Withdrawn"),
            _("This submission no longer counts and is not checked any further."),
            _("The stored file stays under your institution's key until its retention period ends."),
        ),
        "REFUSED": (
            title or _("Refused"),
            meaning or _("The file was not accepted, and nothing of it was stored."),
            how or _("Upload a csv, xlsx or xls file of at most 100 MB."),
        ),
    }
    headline, meaning_text, next_step = texts.get(submission.state, (str(label.word), "", ""))
    return Banner(label.tone, label.icon, headline, meaning_text, next_step, code)


def say_code(code: str | None) -> tuple[str, str, str]:
    """(title, message, how to fix) of a stable code; empty strings for no code or one without a text."""
    text = CODES.get(code) if code else None
    if text is None:
        return "", "", ""
    return _(text.title), _(text.message), _(text.how_to_fix)
