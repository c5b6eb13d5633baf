"""The versions of a column mapping: who saved which and why; returning to one, setting the mapping aside."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ingestion.pipeline.mapping_changes import mapped_fields
from ingestion.web import selectors, services
from ingestion.web.errors import MappingChanged, MappingInvalid, ReasonNeeded
from ingestion.web.models import ColumnMapping
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.dashboard.mapping_words import said
from portal.dashboard.paging import page_of, paged
from portal.dashboard.rulebook_forms import SavingForm

PAGE_SIZE = 10


@dataclass(frozen=True)
class Line:
    """A version with what it changed, in sentences."""

    told: selectors.Told
    changes: list[str]


@require_safe
@member_required()
def mapping(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Every version, newest first, each with what it says otherwise than the one before."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_mapping(actor, fingerprint)
    page = page_of(request, selectors.mapping_versions(found), PAGE_SIZE)
    context = _context(actor, found) | {
        **paged(request, page),
    }
    told = selectors.told(actor, found, list(page.object_list))
    selectors.note_mapping(actor, fingerprint, *page.object_list)
    context["lines"] = [
        Line(one, [said(change, context["headers"]) for change in one.changes]) for one in told
    ]
    return render(request, "dashboard/mappings/history.html", context)


@require_safe
@member_required()
def version(request: HttpRequest, fingerprint: str, number: int) -> HttpResponse:
    """One saved version, as it was."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_mapping(actor, fingerprint)
    [told] = selectors.told(actor, found, [selectors.get_mapping_version(found, number)])
    selectors.note_mapping(actor, fingerprint, told.version)
    context = _context(actor, found)
    headers = context["headers"]
    columns = mapped_fields(told.document) if told.document else []
    context |= {
        "saved": told.version,
        "document": told.document,
        "line": Line(told, [said(change, headers) for change in told.changes]),
        "columns": [
            {"field": key, "label": label, "number": place, "header": "".join(headers[place - 1 : place])}
            for key, label, place in columns
        ],
    }
    return render(request, "dashboard/mappings/version.html", context)


@require_POST
@member_required(Role.REVIEWER, for_all_funds=True)
def restore(request: HttpRequest, fingerprint: str, number: int) -> HttpResponse:
    """Saves what an earlier version said as a new one."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_mapping(actor, fingerprint)
    [told] = selectors.told(actor, found, [selectors.get_mapping_version(found, number)])
    if told.document is None:
        raise NotFound(_("This version has no columns to return to."))
    try:
        services.save_mapping(actor=actor, document=told.document, desk=None, **_said(request))
    except (MappingInvalid, MappingChanged, ReasonNeeded) as refusal:
        messages.error(request, _told(refusal))
        return redirect("mapping_version", fingerprint, number)
    messages.success(request, _("The mapping is in use again for every file that is checked from now on."))
    return redirect("mapping", fingerprint)


@require_POST
@member_required(Role.REVIEWER, for_all_funds=True)
def set_aside(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Ends the use of one mapping."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_mapping(actor, fingerprint)
    try:
        services.set_mapping_aside(actor=actor, mapping=found, **_said(request))
    except (MappingChanged, ReasonNeeded) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The mapping is no longer used. The next file of this shape asks again."))
    return redirect("mapping", fingerprint)


def _context(actor: Actor, found: ColumnMapping) -> dict[str, Any]:
    document, stands = selectors.mapping_in_force(actor, found.fingerprint)
    return {
        "mapping": found,
        "in_force": stands,
        "in_use": document is not None,
        "elsewhere": stands and not selectors.mapping_versions(found).filter(object_version=stands).exists(),
        "headers": selectors.headers_of(actor, found),
        "saving": SavingForm(initial={"based_on": stands}),
    }


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("based_on", "reason")}


def _told(refusal: MappingInvalid | MappingChanged | ReasonNeeded) -> str:
    """All that is wrong, or the one thing."""
    problems = refusal.problems if isinstance(refusal, MappingInvalid) else []
    return " ".join(problem["message"] for problem in problems) or refusal.message
