"""Checks beyond one row: within the file, against the delivery before, across templates; and completeness."""

from ingestion.pipeline.quality.check import QualityResult, check_quality, snapshots, wanted
from ingestion.pipeline.quality.errors import QualityError, QualityRulesError, SnapshotError
from ingestion.pipeline.quality.merging import merge
from ingestion.pipeline.quality.rules import quality_rules
from ingestion.pipeline.quality.snapshot import Snapshot, fund_prefix

__all__ = [
    "QualityError",
    "QualityResult",
    "QualityRulesError",
    "Snapshot",
    "SnapshotError",
    "check_quality",
    "fund_prefix",
    "merge",
    "quality_rules",
    "snapshots",
    "wanted",
]
