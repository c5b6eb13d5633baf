"""What changed since an earlier delivery: counts per rule, and the findings themselves."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AwsError
from ingestion.web import selectors
from ingestion.web.models import Submission
from ingestion.web.selectors.changes import KINDS, Changes, changed_findings, changes, earlier_deliveries
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.common.errors import FundgateError
from portal.dashboard.changes import LABELS, ChangeFilter, changes_panel
from portal.dashboard.finding_table import finding_table
from portal.dashboard.paging import page_number, pages_of
from portal.dashboard.selectors import sentence_of
from portal.dashboard.verdict import several_files

PAGE_SIZE = 25


@require_safe
@member_required()
def submission_changes(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The page: counts per rule and, if asked for, a page of the findings of one kind."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    form = ChangeFilter(request.GET, earlier=earlier_deliveries(actor, submission))
    context: dict[str, Any] = {"submission": submission, "form": form, "changed_since": form.before}
    if form.before:
        try:
            compared = changes(actor, submission, form.before)
            form.offer(compared)
            context |= _counts(compared)
            if form.chosen("kind"):
                context |= _listed(actor, submission, compared, form, page_number(request.GET.get("page")))
        except (AwsError, FundgateError) as error:
            context["problem"] = sentence_of(error)
    return render(request, "dashboard/changes/page.html", context)


@require_safe
@member_required()
def changes_summary(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The counts alone, which the page of a submission fetches once it stands."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    context: dict[str, Any] = {"submission": submission} | changes_panel(actor, submission)
    if before := context.get("changed_since"):
        try:
            context |= _counts(changes(actor, submission, before))
        except (AwsError, FundgateError) as error:
            context["problem"] = sentence_of(error)
    return render(request, "dashboard/changes/panel.html", context)


def _counts(compared: Changes) -> dict[str, Any]:
    tiles = [(kind, LABELS[kind], compared.totals[kind]) for kind in KINDS]
    return {"compared": compared, "tiles": tiles}


def _listed(
    actor: Actor, submission: Submission, compared: Changes, form: ChangeFilter, number: int
) -> dict[str, Any]:
    """One page of the findings that were chosen."""
    kind, rule = form.chosen("kind"), form.chosen("rule")
    found = compared.positions(kind, rule)
    pages = pages_of(min(number, last := max(1, -(-len(found) // PAGE_SIZE))), last)
    first = (pages.number - 1) * PAGE_SIZE
    whose, document = submission, compared.documents[1]
    if kind == "fixed":
        whose, document = compared.before, compared.documents[0]
    rows = changed_findings(actor, whose, found[first : first + PAGE_SIZE])
    return {
        "kind": LABELS[kind],
        "total": len(found),
        "table": finding_table(actor, whose, document, rows),
        "several_files": several_files(document),
        "pages": pages,
        "of_earlier": kind == "fixed",
    }
