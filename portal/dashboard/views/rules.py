"""The rule catalogue: the list with its filters, and one rule."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.pipeline.catalogue import find_entry
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.dashboard.catalogue import RuleFilter, rule_picture
from portal.dashboard.paging import page_of, paged, wants_list
from portal.dashboard.selectors import own_setting

PAGE_SIZE = 50


@require_safe
@member_required()
def rules(request: HttpRequest) -> HttpResponse:
    """One filtered page of the catalogue; only the list for htmx."""
    form = RuleFilter(request.GET)
    page = page_of(request, form.found(), PAGE_SIZE)
    context = {
        "form": form,
        **paged(request, page),
        "version": form.chosen("version") or "",
    }
    # going back in the browser asks for the whole page again, with htmx's headers
    return render(request, f"dashboard/rules/{'list' if wants_list(request) else 'page'}.html", context)


@require_safe
@member_required()
def rule(request: HttpRequest, template: str, version: str, rule_id: str) -> HttpResponse:
    """One rule of one template version, and what the institution's rulebook changed about it."""
    entry = find_entry(template, version, rule_id)
    if entry is None:
        raise NotFound(_("This template version has no such rule. It may have been replaced by another one."))
    actor = request.actor  # type: ignore[attr-defined]
    context = rule_picture(entry, request.GET.get("from", "")) | own_setting(actor, entry)
    return render(request, "dashboard/rules/rule.html", context)
