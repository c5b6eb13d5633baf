"""Verdict and findings, read from the results bucket with the viewer's own credentials.

Each read is recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.services.cards import adopt_card
from ingestion.web.services.mapping_use import note_use
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag

MAX_PAGE_SIZE = 500


@dataclass(frozen=True)
class FindingsPage:
    """One page (from 1) of findings in the file's order: severity, field, rule, row.

    `total` are the findings that are stored, `counted` all there are.
    """

    rows: list[dict[str, Any]]
    total: int
    counted: int
    page: int
    pages: int


def verdict_document(actor: Actor, submission: Submission) -> dict[str, Any]:
    """verdict.json of the latest attempt; NoResultYet before there is one."""
    document = _document(actor, submission)
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, {"attempt": submission.attempt})
    return document


def findings_page(
    actor: Actor,
    submission: Submission,
    *,
    page: int = 1,
    size: int = 50,
    rule: str | None = None,
    severity: str | None = None,
    document: dict[str, Any] | None = None,
) -> FindingsPage:
    """One page of all findings, of one severity or of one rule; a page past the end is the last one.

    `document` spares reading verdict.json a second time in the same request.
    """
    credentials = actor.credentials()
    known = document or _document(actor, submission)
    slices = results.slices(known, rule=rule, severity=severity)
    total = sum(count for _, count in slices)
    counted = sum(int(group["count"]) for group in results.groups_of(known, rule=rule, severity=severity))
    size = max(1, min(size, MAX_PAGE_SIZE))
    pages = max(1, -(-total // size))
    page = max(1, min(page, pages))
    rows: list[dict[str, Any]] = []
    if total:
        with results.Findings(credentials, submission) as findings:
            rows = findings.rows(results.cut(slices, (page - 1) * size, size))
    detail = {"attempt": submission.attempt, "page": page, "rule": rule, "severity": severity}
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, detail)
    return FindingsPage(rows, total, counted, page, pages)


def all_findings(actor: Actor, submission: Submission) -> Iterator[dict[str, Any]]:
    """Every finding, one row group in memory at a time; the caller records what it does with them."""
    with results.Findings(actor.credentials(), submission) as findings:
        yield from findings.every_row()


def _document(actor: Actor, submission: Submission) -> dict[str, Any]:
    document = results.verdict(actor.credentials(), submission)
    adopt_card(submission, document)
    note_use(submission, document)
    return document
