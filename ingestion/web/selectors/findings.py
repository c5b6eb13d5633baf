"""Verdict and findings, read from the results bucket with the viewer's own credentials.

Each read is recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.selectors.rows import rows_of_class
from ingestion.web.services.cards import adopt_card
from ingestion.web.services.mapping_use import note_use
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag

MAX_PAGE_SIZE = 500


@dataclass(frozen=True)
class FindingsPage:
    """One page (from 1) of findings, in the file's order (severity, field, rule, row) unless asked otherwise.

    `total` are the findings that are stored and fit, `counted` all there are: more where some are not stored.
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
    field: str | None = None,
    fund: str | None = None,
    cic: str | None = None,
    text: str | None = None,
    order: str | None = None,
    document: dict[str, Any] | None = None,
) -> FindingsPage:
    """One page of the findings that fit all that is asked; a page past the end is the last one.

    Without more than a rule and a severity their place is known from `document` (verdict.json, which giving
    spares reading a second time); else the columns in question are looked through.
    """
    known = document or _document(actor, submission)
    chosen = results.slices(known, rule=rule, severity=severity)
    total = counted = sum(count for _, count in chosen)
    size = max(1, min(size, MAX_PAGE_SIZE))
    rows: list[dict[str, Any]] = []
    narrowed = {"field": field, "fund": fund, "cic": cic, "text": text}
    asked = any(narrowed.values())
    if not asked:
        counted = sum(int(each["count"]) for each in results.groups_of(known, rule=rule, severity=severity))
    if total:
        with results.Findings(actor.credentials(), submission) as findings:
            if asked or order:
                of_class = rows_of_class(actor, submission, known, cic) if cic else None
                question = results.Question(field or "", fund or "", text or "", of_class)
                positions = findings.search(question, chosen, order or "")
                total = len(positions)
                counted = total if asked else counted
                page = _within(page, total, size)
                rows = findings.at(positions[(page - 1) * size : page * size])
            else:
                page = _within(page, total, size)
                rows = findings.rows(results.cut(chosen, (page - 1) * size, size))
    page = _within(page, total, size)
    # what was typed may be a value of a cell: noted is only that something was looked for
    filters = sorted(name for name, value in narrowed.items() if value)
    detail = {"attempt": submission.attempt, "page": page, "rule": rule, "severity": severity}
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, detail | ({"by": filters} if filters else {}))
    return FindingsPage(rows, total, counted, page, _pages(total, size))


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _within(page: int, total: int, size: int) -> int:
    return max(1, min(page, _pages(total, size)))


def all_findings(actor: Actor, submission: Submission) -> Iterator[pa.Table]:
    """Every finding, one row group in memory at a time; the caller records what it does with them."""
    with results.Findings(actor.credentials(), submission) as findings:
        yield from findings.parts()


def _document(actor: Actor, submission: Submission) -> dict[str, Any]:
    document = results.verdict(actor.credentials(), submission)
    adopt_card(submission, document)
    note_use(submission, document)
    return document
