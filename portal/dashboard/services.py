"""Downloads: read with the viewer's own credentials, recorded before the first byte leaves."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import TypeVar

from ingestion.aws.credentials import Credentials
from ingestion.web import results, selectors
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.selectors.findings import all_findings
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.dashboard import exports
from portal.dashboard.verdict import several_files

_Piece = TypeVar("_Piece")


def findings_as_csv(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """Every finding, streamed; NoResultYet before anything is sent."""
    document = selectors.verdict_document(actor, submission)
    found = _opened(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "csv"}
    )
    return exports.findings_csv(found, several_files=several_files(document))


def findings_as_xlsx(*, actor: Actor, submission: Submission) -> bytes:
    """The findings as a workbook; NoResultYet when there are none."""
    document = selectors.verdict_document(actor, submission)
    found = _opened(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "xlsx"}
    )
    return exports.findings_xlsx(found, document.get("groups", []), several_files=several_files(document))


def findings_as_json(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """Every finding, streamed as one JSON document; NoResultYet before anything is sent."""
    document = selectors.verdict_document(actor, submission)
    found = _opened(all_findings(actor, submission))
    record_act(
        actor, submission, AuditTag.FINDINGS_DOWNLOADED, {"attempt": submission.attempt, "format": "json"}
    )
    return exports.findings_json(found, document)


def annotated_workbook(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """The delivered table with its findings marked, streamed; NoResultYet when none was made."""
    content = results.streamed(actor.credentials(), submission, "annotated")
    record_act(actor, submission, AuditTag.WORKBOOK_DOWNLOADED, {"attempt": submission.attempt})
    return content


def table(*, actor: Actor, submission: Submission, name: str, form: str) -> Iterator[bytes]:
    """A table of the common schema as `parquet` or `csv`, streamed; NoResultYet when it is not there."""
    credentials = actor.credentials()
    if form == "parquet":
        content = results.streamed(credentials, submission, name)
    else:
        content = _opened(_csv_of(credentials, submission, name))
    detail = {"attempt": submission.attempt, "table": name, "format": form}
    record_act(actor, submission, AuditTag.TABLE_DOWNLOADED, detail)
    return content


def _csv_of(credentials: Credentials, submission: Submission, name: str) -> Iterator[bytes]:
    with results.CommonTable(credentials, submission, name) as stored:
        yield from stored.csv()


def original(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """The delivered file exactly as it was stored, streamed."""
    content = results.original(actor.credentials(), submission)
    record_act(actor, submission, AuditTag.ORIGINAL_DOWNLOADED, {"bytes": submission.bytes})
    return content


def _opened(rows: Iterator[_Piece]) -> Iterator[_Piece]:
    """The same rows with the first one fetched: what cannot be read fails before an answer has begun."""
    return chain(list(islice(rows, 1)), rows)
