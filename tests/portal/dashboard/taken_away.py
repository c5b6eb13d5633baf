"""What a run leaves beside verdict and findings, and the key that receipts are signed with."""

from collections import OrderedDict
from functools import cache
from typing import Any

import botocore.session
import pytest

from infra.local import embedded
from infra.local.home import Home
from ingestion.aws import clients
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


def make_receipt_key(home: Home, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signing key of the embedded AWS, which the portal's own role may use as in a deployed system."""
    kms = embedded.deployer("kms", home)
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    settings.FUNDGATE_RECEIPT_KEY_ARN = made["Arn"]
    monkeypatch.setattr(clients, "_session", _own_session())
    monkeypatch.setattr(clients, "_clients", OrderedDict())


@cache
def _own_session() -> Any:
    """What the process knows of AWS where its own role has rights."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    return session
