"""Receipts: what was received and how it was judged, from the verdict and the database, signed."""

from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from django.conf import settings
from django.utils import timezone

from ingestion.aws import receipts
from ingestion.aws.clients import client
from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.public_keys import public_key
from ingestion.web.selectors.mapping_history import mappings_followed
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.audit.tags import AuditTag


def issue_receipt(*, actor: Actor, submission: Submission, form: str) -> dict[str, Any]:
    """The signed receipt of the latest attempt, and the record that this person was given it.

    The verdict is read with the person's own credentials: NoResultYet when there is none.
    """
    document = results.verdict(actor.credentials(), submission)
    sealed = receipts.sealed(
        client("kms", region=settings.FUNDGATE_REGION),
        settings.FUNDGATE_RECEIPT_KEY_ARN,
        _content(actor, submission, document),
    )
    record_act(actor, submission, AuditTag.RECEIPT_ISSUED, {"attempt": submission.attempt, "format": form})
    return sealed


def receipt_key() -> bytes:
    """The public key that receipts are checked with, as PEM."""
    key = load_der_public_key(public_key(settings.FUNDGATE_RECEIPT_KEY_ARN))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _content(actor: Actor, submission: Submission, document: dict[str, Any]) -> dict[str, Any]:
    institution, card = submission.institution, submission.index_card or {}
    return {
        "issued_at": _moment(timezone.now()),
        "issued_by": settings.FUNDGATE_BASE_URL,
        "issued_to": _person(actor.user),
        "institution": {"code": institution.code, "name": institution.name},
        "file": {
            "name": submission.file_name,
            "bytes": submission.bytes,
            "sha256": submission.sha256,
            "version": submission.object_version,
        },
        "submission": {
            "id": str(submission.id),
            "number": submission.number,
            "received_at": _moment(submission.created_at),
            "handed_in_by": _person(submission.uploaded_by),
            "state": submission.state,
            "check_only": submission.check_only,
            "replaced_by": str(submission.superseded_by.id) if submission.superseded_by else None,
        },
        "check": {
            "attempt": submission.attempt,
            "finished_at": _moment(submission.finished_at) if submission.finished_at else None,
            "template": document["template"],
            "template_version": document["version"],
            "valuation_date": card.get("valuation_date"),
            "rows": document["rows"],
            "verdict": document["verdict"],
            "code": document["code"],
            "counts": document["counts"],
            "ruleset_version": document["ruleset_version"],
            "rulebook": document.get("rulebook"),
            "column_mappings": _mappings(submission, document),
        },
    }


def _mappings(submission: Submission, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The saved column mappings by which the file was read, as its verdict names them; mostly none."""
    numbers = {one.object_version: one.number for one in mappings_followed(submission, document)}
    return [
        {
            "fingerprint": used["fingerprint"],
            "number": numbers.get(used.get("version_id", "")),
            "version_id": used.get("version_id"),
            "sha256": used.get("sha256"),
        }
        for used in (document.get("inspection") or {}).get("mappings", [])
    ]


def _person(user: User) -> dict[str, str]:
    return {"name": user.name, "email": user.email}


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
