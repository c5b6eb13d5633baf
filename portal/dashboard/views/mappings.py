"""Column mappings: the list, the page on which a person says which column is which."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ingestion.web import selectors, services
from ingestion.web.errors import MappingChanged, MappingInvalid, NotNow, ReasonNeeded
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard import preview
from portal.dashboard.mapping_form import MappingForm, pack_named, templates


@require_safe
@member_required()
def mappings(request: HttpRequest) -> HttpResponse:
    """The institution's mappings."""
    actor = request.actor  # type: ignore[attr-defined]
    return render(request, "dashboard/mappings/page.html", {"mappings": selectors.mappings_for(actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER, for_all_funds=True)
def map_columns(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Which column is which field; saved for every file of this shape, then the file is checked again."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    desk = selectors.mapping_desk(actor, submission)
    pack = pack_named(request.POST.get("template") or request.GET.get("template"), desk)
    form = MappingForm(request.POST if request.method == "POST" else None, desk=desk, pack=pack)
    tried: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            if preview.wanted(request):
                tried = preview.read_by(actor, submission, form.document(), desk)
            else:
                services.save_mapping(actor=actor, document=form.document(), desk=desk, **form.said())
                _check_again(request, actor, submission)
                return redirect("submission", submission.id)
        except MappingInvalid as refusal:
            for problem in refusal.problems:
                form.add_error(None, problem["message"])
        except ReasonNeeded as refusal:
            form.add_error("reason", refusal.message)
            form.tie()
        except MappingChanged as refusal:
            messages.error(request, refusal.message)
            return redirect("map_columns", submission.id)
    if desk.saved is not None:
        selectors.note_mapping(actor, desk.layout.fingerprint)
    context = {"submission": submission, "desk": desk, "form": form, "pack": pack, "templates": templates()}
    context |= tried
    return render(request, "dashboard/mappings/map.html", context)


def _check_again(request: HttpRequest, actor: Actor, submission: Submission) -> None:
    try:
        services.run_again(actor, submission)
    except NotNow:
        messages.warning(request, _("The mapping is saved. “Run again” checks this file with it."))
    else:
        messages.success(
            request,
            _("The mapping is saved for every file with these headers. This file is checked with it now."),
        )
