"""Signed receipts, and the public key that they are checked with."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.web import selectors
from ingestion.web.services.receipts import issue_receipt, receipt_key
from portal.accounts.permissions import member_required
from portal.common.errors import NotFound
from portal.dashboard.attachments import attachment

KEY_NAME = "fundgate-receipts.pem"


@require_safe
@member_required()
def receipt(request: HttpRequest, submission_id: UUID, form: str) -> HttpResponseBase:
    """The signed receipt of a submission, as JSON or as a page to file."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = selectors.get_submission(actor, submission_id)
    if form not in ("json", "pdf"):
        raise NotFound(_("A receipt is a JSON or a PDF."))
    sealed = issue_receipt(actor=actor, submission=submission, form=form)
    name = f"receipt-{submission.number}.{form}"
    if form == "json":
        body = json.dumps(sealed, indent=2, ensure_ascii=False).encode()
        return attachment(body, "application/json", name)
    from portal.dashboard.receipt_pdf import receipt_pdf  # imported here: the writer of PDFs loads slowly

    return attachment(receipt_pdf(sealed), "application/pdf", name)


@require_safe
def key(request: HttpRequest) -> HttpResponseBase:
    """The public key; for everybody, as whoever is handed a receipt may want to check it."""
    return attachment(receipt_key(), "application/x-pem-file", KEY_NAME)
