"""Continue, run again, withdraw, say why it replaces another: each answers with the submission's page."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.web import selectors, services
from ingestion.web.errors import NotNow, ReasonNeeded
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.custody.errors import UnderHold
from portal.custody.held import is_held


@require_POST
@member_required(Role.UPLOADER)
def go_on(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Continues after the last finished step with the present sign-in."""
    return _do(request, submission_id, services.continue_submission, _("The check goes on."))


@require_POST
@member_required(Role.UPLOADER)
def run_again(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Checks the stored file once more from the first step."""
    return _do(request, submission_id, services.run_again, _("The file is checked again from the start."))


@require_POST
@member_required(Role.UPLOADER)
def give_reason(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Says why a delivery replaces the earlier one."""
    reason = request.POST.get("reason", "")
    return _do(request, submission_id, services.give_reason, _("The reason is kept."), reason=reason)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.UPLOADER)
def withdraw(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Asks first, for the reason too where there is a verdict; withdraws then."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    problem, status = "", 200
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            return _do(
                request, submission_id, services.withdraw, _("The submission is withdrawn."), reason=reason
            )
        except ReasonNeeded as refusal:
            problem, status = refusal.message, 400
    elif is_held(submission):
        messages.error(request, UnderHold().message)
        return redirect("submission", submission_id)
    elif not services.may_withdraw(actor, submission):
        messages.error(request, _("This submission cannot be withdrawn, or not by you."))
        return redirect("submission", submission_id)
    replaces = [] if submission.superseded_by_id else selectors.replaced_by(actor, submission)
    context = {
        "submission": submission,
        "becomes_current": replaces[0] if replaces else None,
        "problem": problem,
    }
    return render(request, "dashboard/submission/withdraw.html", context, status=status)


def _do(
    request: HttpRequest, submission_id: UUID, act: Callable[..., object], done: str, **said: str
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    try:
        act(actor, submission, **said)
    except (NotNow, UnderHold) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("submission", submission_id)
