"""What the top of a submission says, in sentences: what happened, what it means, what to do next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ingestion.web.codes import explained
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from ingestion.web.uploads.refusals import text_of
from portal.common.numbers import grouped
from portal.dashboard.wording import STATES, VERDICTS


@dataclass(frozen=True)
class Banner:
    """Headline, meaning, next step, and the stable code if there is one; tone and icon as in a label."""

    tone: str
    icon: str
    title: str
    meaning: str
    next_step: str
    code: str = ""


def banner(submission: Submission, *, may_continue: bool) -> Banner:
    """The verdict of a submission, or its state while it has none; `may_continue`: for this viewer."""
    if submission.state == State.COMPLETED:
        label = VERDICTS[submission.verdict]
        title, meaning, next_step = _of_verdict(submission)
        if submission.superseded_by:
            next_step = _("No. %(number)s took its place: go on there.") % {
                "number": submission.superseded_by.number
            }
    else:
        label = STATES[submission.state]
        title, meaning, next_step = _of_state(submission, may_continue)
    return Banner(label.tone, label.icon, title, meaning, next_step, submission.code)


def _of_verdict(submission: Submission) -> tuple[str, str, str]:
    errors, warnings = submission.error_count, submission.warning_count
    if submission.verdict == Verdict.PASSED:
        return _("Passed"), _("The file keeps every rule that was checked."), _("There is nothing to do.")
    if submission.verdict == Verdict.PASSED_WITH_WARNINGS:
        found = ngettext(
            "There are no errors, and one warning.",
            "There are no errors, and %(count)s warnings.",
            warnings,
        )
        return (
            _("Passed with warnings"),
            found % {"count": grouped(warnings)},
            _("The file can be used. Look through the warnings first: some of them may be mistakes."),
        )
    if submission.verdict == Verdict.FAILED:
        found = ngettext(
            "One error has to be corrected before this file can be relied on.",
            "%(count)s errors have to be corrected before this file can be relied on.",
            errors,
        )
        return (
            _("Errors found"),
            found % {"count": grouped(errors)},
            _("Correct what is listed below where the file is made, then upload the new file."),
        )
    title, meaning, remedy = _of_code(submission.code)
    return (
        title or _("The file could not be read"),
        meaning or _("No rule was checked, because the content could not be understood."),
        remedy or _("Open the file where it was made, save it again as csv or xlsx, and upload it anew."),
    )


def _of_state(submission: Submission, may_continue: bool) -> tuple[str, str, str]:
    title, meaning, remedy = _of_code(submission.code, refused=submission.state == State.REFUSED)
    if submission.state == State.RECEIVING:
        return _("The file is being received"), _("It is on its way into your institution's store."), ""
    if submission.state == State.STORED:
        return (
            _("Stored, but not started"),
            _("The file is safe in your institution's store, but the check could not be started."),
            _("“Continue” starts it with your present sign-in.")
            if may_continue
            else _("A colleague who may upload can open this page and continue."),
        )
    if submission.state == State.QUEUED:
        return (
            _("Stored, waiting to start"),
            _("The file is safe in your institution's store. The check starts in a moment."),
            _("You can close this page; the result will be here when you come back."),
        )
    if submission.state == State.RUNNING:
        return (
            _("The file is being checked"),
            _("Most files take a few seconds. This page follows along by itself."),
            _("You can close it; the result will be here when you come back."),
        )
    if submission.state == State.NEEDS_SIGN_IN:
        return (
            _("Waiting for someone to sign in"),
            _(
                "Fundgate has no key to your file. It can read it only while a person of your institution "
                "is signed in, and that sign-in ended before the check was finished."
            ),
            _("“Continue” lends the check your present sign-in. It goes on after the last finished step.")
            if may_continue
            else _("A colleague who may upload can open this page and continue. Nothing was lost."),
        )
    if submission.state == State.FAILED:
        return (
            _("The check broke off"),
            meaning or _("Something on our side went wrong before a verdict was reached."),
            " ".join([_("This is no verdict on your file, which is stored unchanged."), remedy]).strip(),
        )
    if submission.state == State.WITHDRAWN:
        return (
            _("Withdrawn"),
            _("This submission no longer counts and is not checked any further."),
            _("The stored file stays under your institution's key until its retention period ends."),
        )
    return (
        title or _("Refused"),
        meaning or _("The file was not accepted."),
        " ".join([_("Nothing of it was stored."), remedy]).strip(),
    )


def _of_code(code: str, *, refused: bool = False) -> tuple[str, str, str]:
    """(title, message, how to fix) of a stable code or a refusal at the upload; empty strings for none."""
    if not code:
        return "", "", ""
    return (None if refused else explained(code)) or text_of(code)
