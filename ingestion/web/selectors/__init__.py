"""Reads: each takes the acting member and returns only what their institution owns."""

from ingestion.web.selectors.findings import FindingsPage, findings_page, verdict_document
from ingestion.web.selectors.steps import Step, pipeline_steps, provenance
from ingestion.web.selectors.submissions import get_submission, submissions_for

__all__ = [
    "FindingsPage",
    "Step",
    "findings_page",
    "get_submission",
    "pipeline_steps",
    "provenance",
    "submissions_for",
    "verdict_document",
]
