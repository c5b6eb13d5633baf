"""Findings to take away: read with the viewer's own credentials, recorded before the first byte leaves."""

from collections.abc import Iterator

from ingestion.web import selectors
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.selectors.findings import all_findings
from ingestion.web.services.files import with_first
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.dashboard import exports
from portal.dashboard.verdict import several_files


def findings_as_csv(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """Every finding, streamed; NoResultYet before anything is sent."""
    document = selectors.verdict_document(actor, submission)
    found = with_first(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "csv"}
    )
    return exports.findings_csv(found, several_files=several_files(document))


def findings_as_xlsx(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """Every finding, streamed as a workbook; NoResultYet before anything is sent."""
    document = selectors.verdict_document(actor, submission)
    found = with_first(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "xlsx"}
    )
    return exports.findings_xlsx(found, document.get("groups", []), several_files=several_files(document))


def findings_as_json(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """Every finding, streamed as one JSON document; NoResultYet before anything is sent."""
    document = selectors.verdict_document(actor, submission)
    found = with_first(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "json"}
    )
    return exports.findings_json(found, document)
