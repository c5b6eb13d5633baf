"""Small corrections in the browser: change cells, see the rules again at once, save as a new submission."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ingestion.pipeline.checking import check
from ingestion.pipeline.corrections import corrected
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.web import selectors, services
from ingestion.web.errors import NotCorrectable
from ingestion.web.models import Submission
from ingestion.web.selectors.corrections import CorrectionDesk
from ingestion.web.services import Duplicate, Refused
from ingestion.web.uploads.terms import MAX_REASON
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard import corrections as shown
from portal.dashboard.paging import page_number


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.UPLOADER)
def correct(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Cells with findings as inputs; after a post what the rules say of the file with the new cells.

    Nothing is stored until it is saved: the form carries the cells.
    """
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    try:
        desk = selectors.correction_desk(actor, submission)
    except NotCorrectable as refusal:
        messages.error(request, refusal.message)
        return redirect("submission", submission_id)
    pack = find_pack(desk.delivery.template, desk.delivery.version)
    changed = shown.written_down(request.POST, desk.delivery, pack)  # too many of them: a problem page
    problem = ""
    if "save" in request.POST:
        try:
            return _save(request, submission, desk, changed)
        except NotCorrectable as refusal:
            problem = refusal.message
    said = request.POST if request.method == "POST" else request.GET
    context = {
        "submission": submission,
        "pack": pack,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "most_reason": MAX_REASON,
    }
    return render(request, "dashboard/corrections/page.html", context | _context(said, desk, pack, changed))


def _save(
    request: HttpRequest, submission: Submission, desk: CorrectionDesk, changed: dict[shown.Place, str]
) -> HttpResponse:
    outcome = services.save_corrections(
        request.actor,  # type: ignore[attr-defined]
        submission,
        desk=desk,
        corrections=shown.as_corrections(changed),
        reason=request.POST.get("reason", ""),
    )
    if isinstance(outcome, Refused):
        raise NotCorrectable(outcome.message)
    if isinstance(outcome, Duplicate):
        messages.info(request, _("Exactly this content was received before; this is that submission."))
    else:
        messages.success(request, _("The corrected file is saved as a submission of its own."))
    return redirect("submission", outcome.submission.id)


def _context(said: Any, desk: CorrectionDesk, pack: Pack, changed: dict[shown.Place, str]) -> dict[str, Any]:
    delivery = desk.delivery
    before, findings = check(delivery, desk.rulebook)
    after = before
    if changed:
        after, findings = check(corrected(delivery, shown.as_corrections(changed)), desk.rulebook)
    rule, row, part = said.get("rule", ""), _number(said.get("row", "")), page_number(said.get("part"))
    wrong = shown.failing(after, findings, delivery, pack, rule)
    places = shown.row_places(delivery, row, part) if row else list(wrong)
    asked = _asked_for(said, delivery, pack)
    return {
        "corrected": shown.cells_of(changed, changed, wrong, delivery, pack),
        "cells": shown.cells_of(
            [place for place in [*asked, *places] if place not in changed], changed, wrong, delivery, pack
        ),
        "before": before["counts"],
        "after": after["counts"],
        "changes": shown.changes(before, after),
        "rules": [group for group in after["groups"] if group["scope"] in shown.SCOPES],
        "rule": rule,
        "row": row,
        "part": part,
        "files": [one.name for one in delivery.parts] if len(delivery.parts) > 1 else [],
        "is_zip": bool(delivery.inspection.members),
        "no_such_row": bool(row) and not places,
        "most": shown.MOST,
    }


def _asked_for(said: Any, delivery: Any, pack: Pack) -> list[shown.Place]:
    """A cell somebody names by row and field, in the hope that correcting it helps another."""
    row, key = _number(said.get("other_row", "")), said.get("other_field", "").partition(" ")[0]
    part = page_number(said.get("other_part"))
    there = key in pack.fields and shown.row_places(delivery, row, part)
    return [shown.Place(row, key, part)] if there else []


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
