"""Rows of the ingestion app: metadata, rule ids and counts; of a file's content only the index card."""

from ingestion.web.models.decisions import ColumnMapping, MappingVersion, RulebookVersion
from ingestion.web.models.funds import NamedFund
from ingestion.web.models.submissions import OutboxEntry, PipelineEvent, StageRun, Submission, Transition

__all__ = [
    "ColumnMapping",
    "MappingVersion",
    "NamedFund",
    "OutboxEntry",
    "PipelineEvent",
    "RulebookVersion",
    "StageRun",
    "Submission",
    "Transition",
]
