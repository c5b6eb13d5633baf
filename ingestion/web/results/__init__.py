"""The results of one attempt, read with the viewer's own credentials, by pinned version, range by range."""

from ingestion.web.results.common import CommonTable
from ingestion.web.results.documents import original, streamed, verdict, verdict_of
from ingestion.web.results.findings import Findings, Question
from ingestion.web.results.rows import RowKey, Rows
from ingestion.web.results.slices import Slice, cut, groups_of, rules_of, slices, stored

__all__ = [
    "CommonTable",
    "Findings",
    "Question",
    "RowKey",
    "Rows",
    "Slice",
    "cut",
    "groups_of",
    "original",
    "rules_of",
    "slices",
    "stored",
    "streamed",
    "verdict",
    "verdict_of",
]
