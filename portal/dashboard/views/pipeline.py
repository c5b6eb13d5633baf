"""The run of a submission, state by state, while it runs and after."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from portal.accounts.permissions import member_required
from portal.dashboard.paging import wants_list
from portal.dashboard.pipeline import log_of, run_page


@require_safe
@member_required()
def pipeline(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The page; for htmx the part that changes, and 204 as long as it says what the page already shows."""
    actor = request.actor  # type: ignore[attr-defined]
    context = run_page(actor, selectors.get_submission(actor, submission_id), request.GET)
    if request.GET.get("seen") and request.GET["seen"] == context.get("fingerprint"):
        return HttpResponse(status=204)
    name = "run.html" if wants_list(request) else "page.html"
    return render(request, f"dashboard/pipeline/{name}", context | log_of(actor, context))
