"""Files to take away: findings, the annotated workbook, tables of the common schema, the delivered file."""

from pathlib import PurePath
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from ingestion.web.services import files
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.dashboard import services
from portal.dashboard.attachments import XLSX, attachment
from portal.dashboard.downloads import downloads_of
from portal.dashboard.templatetags.fundgate import plain_name

TABLE_KINDS = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv; charset=utf-8"}


@require_safe
@member_required()
def findings_xlsx(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """All findings as a workbook."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    content = services.findings_as_xlsx(actor=actor, submission=submission)
    return attachment(content, XLSX, f"{_stem(submission.file_name)}-findings.xlsx")


@require_safe
@member_required()
def findings_csv(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """All findings as csv."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    content = services.findings_as_csv(actor=actor, submission=submission)
    return attachment(content, "text/csv; charset=utf-8", f"{_stem(submission.file_name)}-findings.csv")


@require_safe
@member_required()
def findings_json(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """All findings as JSON."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    content = services.findings_as_json(actor=actor, submission=submission)
    return attachment(content, "application/json", f"{_stem(submission.file_name)}-findings.json")


@require_safe
@member_required()
def annotated(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """The delivered table with its findings marked."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    content = files.annotated_workbook(actor=actor, submission=submission)
    return attachment(content, XLSX, f"{_stem(submission.file_name)}-annotated.xlsx")


@require_safe
@member_required()
def table(request: HttpRequest, submission_id: UUID, name: str, form: str) -> HttpResponseBase:
    """One table of the common schema."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    content = files.table(actor=actor, submission=submission, name=name, form=form)
    return attachment(content, TABLE_KINDS[form], f"{_stem(submission.file_name)}-{name}.{form}")


@require_safe
@member_required()
def downloads(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The list of downloads alone: it is asked for again while the annotated workbook is being made."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    found = downloads_of(submission)
    if request.htmx and found.annotated == "making":  # type: ignore[attr-defined]
        return HttpResponse(status=204)  # what is shown stays, and with it the place of who reads it
    context = {"submission": submission, "downloads": found}
    return render(request, "dashboard/submission/downloads.html", context)


@require_safe
@member_required()
def original(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """The delivered file as it was sent."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    if not submission.object_version:
        raise NotFound(_("Nothing of this file was stored."))
    content = files.original(actor=actor, submission=submission)
    response = attachment(content, "application/octet-stream", _tame(submission.file_name))
    response["Content-Length"] = str(submission.bytes)
    return response


def _tame(name: str) -> str:
    # the name came from a sender; a path or an invisible character in it means nothing here
    return plain_name(name).replace("/", "_").replace("\\", "_").replace("\ufffd", "_")


def _stem(name: str) -> str:
    return PurePath(_tame(name)).stem or "submission"
