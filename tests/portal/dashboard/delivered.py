"""Deliveries as a finished run leaves them: a row in the database, everything else in the store."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import pytest

from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.verdict import index_card, unreadable_document, verdict_document
from ingestion.web.models import Submission
from ingestion.web.pointers import result_key, results_bucket
from ingestion.web.states import Verdict
from tests.portal.dashboard.taken_away import put_what_is_taken_away

Make = Callable[..., Submission]
LANDING = "fundgate-000000000000-alpine-am-landing"


@dataclass(frozen=True)
class Outcome:
    """What the rules say of a file, as the run stores it."""

    verdict: Verdict
    counts: dict[str, int]
    card: bytes
    document: bytes
    findings: bytes
    rows: bytes


@cache
def outcome(data: bytes) -> Outcome:
    """The real rules on this file; the same for every test that delivers it."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    checked, card = validate(delivery), index_card(delivery)
    return Outcome(
        verdict=Verdict(checked.verdict),
        counts=checked.counts,
        card=json.dumps(card).encode(),
        document=json.dumps(verdict_document(checked, inspection, card)).encode(),
        findings=findings_parquet(checked.findings),
        rows=delivery.to_parquet(),
    )


def delivered(store: Any, make: Make, data: bytes, **values: Any) -> Submission:
    """A file checked by the real rules, its results and what is made of them in the store."""
    found = outcome(data)
    card, counts = json.loads(found.card), found.counts
    key = f"{uuid4()}/original"
    owner = values.get("institution")
    bucket = f"fundgate-000000000000-{owner.code}-landing" if owner else LANDING
    kept = store.put_object(Bucket=bucket, Key=key, Body=data)
    submission = make(
        verdict=found.verdict,
        counts=(counts["error"], counts["warning"], counts["info"]),
        template=card["template"],
        template_version=card["version"],
        index_card=card,
        bytes=len(data),
        object_bucket=bucket,
        object_key=key,
        object_version=kept["VersionId"],
        **values,
    )
    put_results(store, submission, json.loads(found.document), found.findings, found.rows)
    put_what_is_taken_away(store, submission, data)
    return submission


def unreadable(store: Any, make: Make, data: bytes) -> Submission:
    """A file of a layout that nobody knows, as Publish tells of it."""
    with pytest.raises(UnreadableFile) as refused:
        inspect_file(data)
    error = refused.value
    submission = make(verdict=Verdict.UNREADABLE, code=error.code, file_name="positions.csv")
    assert error.layout is not None
    document = unreadable_document(error.code, error.detail) | {"layout": error.layout.to_json()}
    put_results(store, submission, document, b"")
    return submission


def put_results(
    store: Any, submission: Submission, document: dict[str, Any], findings: bytes, rows: bytes = b""
) -> None:
    """Results where the layout says they lie, as the pipeline leaves them; rows only if there are any."""
    bodies = {"verdict": json.dumps(document).encode(), "findings": findings} | (
        {"rows": rows} if rows else {}
    )
    for name, body in bodies.items():
        store.put_object(Bucket=results_bucket(submission), Key=result_key(submission, name), Body=body)
