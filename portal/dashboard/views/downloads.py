"""Files to take away: findings as xlsx and csv, the delivered file."""

from pathlib import PurePath
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.dashboard import services
from portal.dashboard.attachments import XLSX, attachment
from portal.dashboard.templatetags.fundgate import plain_name


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
def original(request: HttpRequest, submission_id: UUID) -> HttpResponseBase:
    """The delivered file as it was sent."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    if not submission.object_version:
        raise NotFound("Nothing of this file was stored.")
    content = services.original(actor=actor, submission=submission)
    response = attachment(content, "application/octet-stream", _tame(submission.file_name))
    response["Content-Length"] = str(submission.bytes)
    return response


def _tame(name: str) -> str:
    # the name came from a sender; a path or an invisible character in it means nothing here
    return plain_name(name).replace("/", "_").replace("\\", "_").replace("\ufffd", "_")


def _stem(name: str) -> str:
    return PurePath(_tame(name)).stem or "submission"
