"""What a run leaves beside verdict and findings: the annotated workbook and the tables."""

from functools import cache
from typing import Any

from ingestion.pipeline.annotated import annotated_workbook
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.transform import transform
from ingestion.pipeline.verdict import verdict_document
from ingestion.web.models import Submission
from ingestion.web.pointers import result_key, results_bucket


@cache
def bodies(data: bytes) -> dict[str, bytes]:
    """The files by name, as the pipeline makes them of a delivery."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    checked = validate(delivery)
    document = verdict_document(checked, inspection, {})
    book = annotated_workbook(data, inspection, findings_parquet(checked.findings), document)
    return {"annotated": book, **transform(delivery).to_parquet()}


def put_what_is_taken_away(store: Any, submission: Submission, data: bytes) -> None:
    """Stores them and points to them, as their events do."""
    for name, body in bodies(data).items():
        where = {"bucket": results_bucket(submission), "key": result_key(submission, name)}
        kept = store.put_object(Bucket=where["bucket"], Key=where["key"], Body=body)
        submission.results[name] = where | {"version_id": kept["VersionId"]}
    submission.save()
