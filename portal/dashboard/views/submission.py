"""One submission: its verdict, its pipeline while it runs and after, its findings."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.custody.held import is_held
from portal.dashboard.changes import changes_panel
from portal.dashboard.finding_filter import FindingFilter
from portal.dashboard.finding_table import finding_table
from portal.dashboard.paging import page_number, pages_of, wants_list
from portal.dashboard.selectors import picture, read_results
from portal.dashboard.verdict import several_files, with_addresses
from portal.dashboard.wording import ACCEPTANCES
from sharing.outcomes import checks_for

PAGE_SIZE = 25
FIRST = 5  # findings shown where a rule is opened


@require_safe
@member_required()
def submission(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The submission's page."""
    return render(request, "dashboard/submission/page.html", _context(request, submission_id))


@require_safe
@member_required()
def live(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The part that changes while the check runs; 204 as long as it says what the page already shows."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_submission(actor, submission_id)
    if request.GET.get("seen") == picture(actor, found).fingerprint:
        return HttpResponse(status=204)
    return render(request, "dashboard/submission/live.html", _context(request, submission_id))


@require_safe
@member_required()
def findings(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """One page of findings, narrowed and ordered as asked; only the table for htmx."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_submission(actor, submission_id)
    document = selectors.verdict_document(actor, found)
    form = FindingFilter(request.GET, document=document)
    asked = form.asked()
    page = selectors.findings_page(
        actor, found, page=page_number(request.GET.get("page")), size=PAGE_SIZE, document=document, **asked
    )
    groups = with_addresses(document, str(submission_id))
    group = next((group for group in groups if group["rule"] == asked["rule"]), None)
    complete = request.GET.get("columns") == "all"
    context = picture(actor, found).context | {
        "form": form,
        "several_files": several_files(document),
        "findings": page,
        "table": finding_table(actor, found, document, page.rows, group=group, complete=complete),
        "finding_pages": pages_of(page.page, page.pages),
        "findings_url": request.path,
        "group": group,
    }
    name = "findings_fragment.html" if wants_list(request) else "findings_page.html"
    return render(request, f"dashboard/submission/{name}", context)


@require_safe
@member_required()
def first_findings(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The first findings of one rule with their rows, to be shown where the rule is opened."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_submission(actor, submission_id)
    document = selectors.verdict_document(actor, found)
    rule = request.GET.get("rule", "")
    group = next((group for group in document.get("groups", []) if group["rule"] == rule), None)
    if rule and group is None:
        raise NotFound(_("Nothing was found by this rule."))
    page = selectors.findings_page(actor, found, size=FIRST, rule=rule, document=document)
    context = {
        "submission": found,
        "several_files": several_files(document),
        "group": group,
        "table": finding_table(actor, found, document, page.rows, group=group),
    }
    return render(request, "dashboard/submission/finding_table.html", context)


def _context(request: HttpRequest, submission_id: UUID) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_submission(actor, submission_id)
    shown = picture(actor, found)
    checks = [(check, ACCEPTANCES[check.passed]) for check in checks_for(actor, found)]
    context = shown.context | {"held": is_held(found), "recipient_checks": checks}
    return context | read_results(actor, found, size=PAGE_SIZE) | changes_panel(actor, found)
