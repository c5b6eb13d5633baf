"""Stage markers: the record that a stage is complete, and what lets a later attempt go on from there."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ingestion.aws import layout, objects
from ingestion.aws.errors import AccessDenied, NotFound
from ingestion.lambdas.work import Work


def find(
    work: Work, attempts: Sequence[int], code_version: str, inputs: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """The result of this stage in the first of these attempts that had the same inputs and the same code.

    What the stage looked up among the institution's decisions belongs to the inputs: a mapping or a rulebook
    that was saved, or saved anew, since then is followed from now on. So does the expected template.
    One from an earlier attempt is recorded for this attempt too: its markers together are its provenance.
    """
    for attempt in attempts:
        marker = _load(work, attempt)
        if marker is None or marker.get("code_version") != code_version:
            continue
        if marker.get("expected_template", "") != work.job.expected_template:
            continue
        if _hashes(marker.get("inputs")) == _hashes(inputs) and _still_stands(work, marker["control"]):
            result = {**marker, "resumed": True}
            if attempt != work.job.attempt:
                save(work, result)
            return result
    return None


def results_of(work: Work) -> dict[str, dict[str, Any]]:
    """What the stages of this attempt returned, as their markers say; a stage without one is left out."""
    found = {stage: _load(replace(work, stage=stage), work.job.attempt) for stage in layout.STAGES}
    return {stage: marker for stage, marker in found.items() if marker}


def save(work: Work, result: dict[str, Any]) -> None:
    """Writes the marker: last of all, so that it exists only when every output does."""
    key = _key(work, work.job.attempt)
    objects.put(
        work.s3, work.bucket("interim"), key, json.dumps(result).encode(), content_type="application/json"
    )


def _key(work: Work, attempt: int) -> str:
    return layout.marker_key(work.job.submission, attempt, work.stage, check_only=work.job.check_only)


def _load(work: Work, attempt: int) -> dict[str, Any] | None:
    try:
        marker = json.loads(objects.latest(work.s3, work.bucket("interim"), _key(work, attempt)))
    except (NotFound, AccessDenied):
        return None  # 403 is S3's answer for a missing key to who may not list; a real denial shows next
    except ValueError:
        return None  # half a marker is no marker
    return marker if isinstance(marker, dict) else None


def _hashes(inputs: Any) -> list[tuple[str, str]]:
    return [(item["name"], item["sha256"]) for item in inputs or []]


def _still_stands(work: Work, control: dict[str, dict[str, Any] | None]) -> bool:
    bucket = work.bucket("results")
    return all(
        objects.version(work.s3, bucket, key) == (seen["version_id"] if seen else None)
        for key, seen in control.items()
    )
