"""The list of submissions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from portal.accounts.permissions import member_required
from portal.dashboard import wording
from portal.dashboard.forms import SubmissionFilter
from portal.dashboard.paging import page_of, paged, wants_list

PAGE_SIZE = 25


@require_safe
@member_required()
def submissions(request: HttpRequest) -> HttpResponse:
    """One filtered page of the institution's submissions; only the list for htmx."""
    actor = request.actor  # type: ignore[attr-defined]
    everything = selectors.submissions_for(actor, refused=True)
    templates = everything.exclude(template="").order_by("template", "template_version")
    form = SubmissionFilter(
        request.GET, templates=list(templates.values_list("template", "template_version").distinct())
    )
    chosen = form.narrow(selectors.submissions_for(actor, refused=form.wants_refused))
    page = page_of(request, chosen.select_related("standing"), PAGE_SIZE)
    context = {
        "form": form,
        **paged(request, page),
        "any_submission": page.paginator.count > 0 or everything.exists(),
        "moving": any(submission.state in wording.MOVING for submission in page.object_list),
    }
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    # going back in the browser asks for the whole page again, with htmx's headers
    return "dashboard/submissions/list.html" if wants_list(request) else "dashboard/submissions/page.html"
