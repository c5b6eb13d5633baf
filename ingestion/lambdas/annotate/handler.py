"""Marks the findings in a workbook of the delivered table, once the verdict is known."""

import json

from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import ANNOTATED, FINDINGS, INSPECTION, ORIGINAL, VERDICT, Work
from ingestion.pipeline.annotated import annotated_workbook
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import Inspection, inspect_file
from ingestion.pipeline.verdict import verdict_document


def annotate(work: Work) -> Outcome:
    """Writes the annotated workbook beside the other results."""
    inspection = Inspection.from_json(json.loads(work.read(INSPECTION)))
    document = json.loads(work.read(VERDICT))
    work.publish(
        ANNOTATED, annotated_workbook(work.read(ORIGINAL), inspection, work.read(FINDINGS), document)
    )
    return Outcome()


def warm_up() -> None:
    data = tiny_csv()
    inspection = inspect_file(data)
    checked = validate(parse_file(data, inspection))
    document = verdict_document(checked, inspection, {})
    annotated_workbook(data, inspection, findings_parquet(checked.findings), document)


handler = stage(
    "annotate",
    annotate,
    reads=(ORIGINAL, INSPECTION, FINDINGS, VERDICT),
    warm_up=warm_up,
    across_attempts=False,  # its result stands under the attempt's own key
)
