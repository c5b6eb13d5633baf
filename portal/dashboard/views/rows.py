"""One row of a delivery with all its fields."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.finding_table import row_address
from portal.dashboard.paging import page_number
from portal.dashboard.row_picture import row_picture


@require_safe
@member_required()
def row(request: HttpRequest, submission_id: UUID, number: int) -> HttpResponse:
    """The row's fields by section, what was found on it, and the way to the rows beside it."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    document = selectors.verdict_document(actor, submission)
    pack, part = selectors.pack_of(document), page_number(request.GET.get("part"))
    found = selectors.get_row(actor, submission, number, part=part, pack=pack)
    context = row_picture(found, pack, document) | {
        "submission": submission,
        "may_correct": actor.may(Role.UPLOADER) and selectors.correctable(submission),
        "previous": row_address(submission.id, found.previous, part) if found.previous else "",
        "next": row_address(submission.id, found.next, part) if found.next else "",
    }
    return render(request, "dashboard/submission/row.html", context)
