"""All rules over one delivery by itself, outside a run."""

from typing import Any

import pyarrow as pa

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.engine import validate
from ingestion.pipeline.quality import check_quality, merge
from ingestion.pipeline.rulebook import Rulebook
from ingestion.pipeline.verdict import index_card, verdict_document


def check(delivery: Delivery, rulebook: Rulebook | None = None) -> tuple[dict[str, Any], pa.Table]:
    """verdict.json and findings as a run would have them; only what needs earlier deliveries is left out."""
    validation = validate(delivery, rulebook=rulebook)
    document = verdict_document(validation, delivery.inspection, index_card(delivery))
    quality = check_quality(delivery, rulebook=rulebook, blanks=validation.blanks)
    return merge(document, validation.findings, quality)
