"""Continue, run again, withdraw: each a form post that answers with the submission's page."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.web import selectors, services
from ingestion.web.errors import NotNow
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.selectors import actions_for


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


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.UPLOADER)
def withdraw(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Asks first, withdraws then."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return _do(request, submission_id, services.withdraw, _("The submission is withdrawn."))
    submission = selectors.get_submission(actor, submission_id)
    if not actions_for(actor, submission).withdraw:
        messages.error(request, _("This submission cannot be withdrawn, or not by you."))
        return redirect("submission", submission_id)
    return render(request, "dashboard/submission/withdraw.html", {"submission": submission})


def _do(request: HttpRequest, submission_id: UUID, act: Callable[..., object], done: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    try:
        act(actor, submission)
    except NotNow as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("submission", submission_id)
