"""The next act of this viewer for one line of the home page: where it is, one click away."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ingestion.pipeline.expected import EXPECTABLE
from ingestion.web import selectors
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.dashboard.expected import Due

MAPPABLE = "TEMPLATE_UNKNOWN"


@dataclass(frozen=True)
class Act:
    """What a click does. `posts`: it changes something, so it is a form; else a link."""

    label: str
    address: str
    posts: bool = False


def act_on(actor: Actor, submission: Submission) -> Act:
    """What comes next for a submission; the services check again whether it may be."""
    uploads = actor.may(Role.UPLOADER)
    if submission.state in (State.NEEDS_SIGN_IN, State.STORED) and uploads:
        return Act(_("Continue"), reverse("continue_submission", args=[submission.id]), posts=True)
    if submission.state == State.FAILED and uploads:
        return Act(_("Run again"), reverse("run_again", args=[submission.id]), posts=True)
    maps = actor.may_for_all_funds(Role.REVIEWER)
    if submission.verdict == Verdict.UNREADABLE and maps and submission.code == MAPPABLE:
        return Act(_("Map the columns"), reverse("map_columns", args=[submission.id]))
    if submission.verdict == Verdict.FAILED and uploads and selectors.correctable(submission):
        return Act(_("Correct it here"), reverse("correct", args=[submission.id]))
    if submission.verdict in (Verdict.FAILED, Verdict.UNREADABLE) and uploads:
        return Act(_("Upload the corrected file"), upload_of(submission.template))
    if submission.verdict in (Verdict.FAILED, Verdict.PASSED_WITH_WARNINGS):
        severity = "error" if submission.verdict == Verdict.FAILED else "warning"
        address = f"{reverse('findings', args=[submission.id])}?severity={severity}"
        return Act(_("Read the findings"), address)
    return Act(pgettext("a submission", "Open"), reverse("submission", args=[submission.id]))


def act_on_overdue(actor: Actor, due: Due) -> Act | None:
    """What comes next for a delivery that is not there: who uploads sends it, the template chosen already."""
    if due.awaited:
        return Act(_("See the grant"), reverse("grant", args=[due.entry.expectation.of]))
    if not actor.may(Role.UPLOADER):
        return None
    return Act(_("Upload it"), upload_of(due.entry.expectation.template))


def upload_of(template: str) -> str:
    """The upload page with this template expected."""
    return reverse("upload") + (f"?expected_template={template}" if template in EXPECTABLE else "")
