"""The results of one attempt: verdict.json and findings.parquet, by pinned version, range by range."""

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import errors as aws
from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.credentials import Credentials
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.pointers import FILES, pointer, results_bucket
from ingestion.web.ranges import RangeFile

CHUNK_BYTES = 256 * 1024
Slice = tuple[int, int]  # first row, number of rows


def verdict(credentials: Credentials, submission: Submission) -> dict[str, Any]:
    """The verdict document; NoResultYet when the submission has none."""
    _require_verdict(submission)
    s3, where = _client(credentials), pointer(submission, "verdict")
    try:
        if where["version_id"]:
            body = objects.get(s3, objects.ObjectRef.from_json(where))
        else:
            body = objects.latest(s3, where["bucket"], where["key"])
    except aws.NotFound:
        raise NoResultYet("The verdict is no longer stored.") from None
    document: dict[str, Any] = json.loads(body)
    return document


def verdict_of(credentials: Credentials, submission: Submission, attempt: int) -> dict[str, Any]:
    """The verdict document of one attempt, also an earlier one; ingestion.aws.errors.NotFound without it."""
    key = layout.result_key(submission.id, attempt, FILES["verdict"])
    document: dict[str, Any] = json.loads(
        objects.latest(_client(credentials), results_bucket(submission), key)
    )
    return document


class Findings:
    """findings.parquet, open for reading; a context manager."""

    def __init__(self, credentials: Credentials, submission: Submission) -> None:
        _require_verdict(submission)
        where = pointer(submission, "findings")
        try:
            self._source = RangeFile(_client(credentials), where["bucket"], where["key"], where["version_id"])
        except aws.NotFound:
            raise NoResultYet("The findings are no longer stored.") from None
        self._file = pq.ParquetFile(pa.PythonFile(self._source, mode="r"))

    def __enter__(self) -> "Findings":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._source.close()

    def rows(self, wanted: list[Slice]) -> list[dict[str, Any]]:
        """The rows of these slices; only the row groups that hold them are fetched."""
        found: list[dict[str, Any]] = []
        first = 0
        for group in range(self._file.num_row_groups):
            last = first + self._file.metadata.row_group(group).num_rows
            cuts = [(max(start, first), min(start + count, last)) for start, count in wanted]
            cuts = [(start, stop) for start, stop in cuts if start < stop]
            if cuts:
                table = self._file.read_row_group(group)
                for start, stop in cuts:
                    found.extend(table.slice(start - first, stop - start).to_pylist())
            first = last
        return found

    def every_row(self) -> Iterator[dict[str, Any]]:
        """All rows in order, in batches."""
        for batch in self._file.iter_batches(batch_size=2000):
            yield from batch.to_pylist()


def groups_of(
    document: dict[str, Any], *, rule: str | None = None, severity: str | None = None
) -> list[dict[str, Any]]:
    """The groups of one rule, of one severity, or all."""
    return [
        group
        for group in document.get("groups", [])
        if rule in (None, "", group["rule"]) and severity in (None, "", group["severity"])
    ]


def stored(group: dict[str, Any]) -> int:
    """How many findings of a group the file holds: of very many only the first, while all are counted."""
    return int(group.get("stored", group["count"]))


def slices(document: dict[str, Any], *, rule: str | None = None, severity: str | None = None) -> list[Slice]:
    """Where the asked-for findings stand in the file, from the offsets in the verdict document.

    Neighbours joined.
    """
    chosen: list[Slice] = []
    groups = groups_of(document, rule=rule, severity=severity)
    for group in sorted(groups, key=lambda group: int(group["offset"])):
        start, count = int(group["offset"]), stored(group)
        if chosen and sum(chosen[-1]) == start:
            chosen[-1] = (chosen[-1][0], chosen[-1][1] + count)
        else:
            chosen.append((start, count))
    return chosen


def cut(whole: list[Slice], skip: int, take: int) -> list[Slice]:
    """The part of the slices that remains after skipping and taking so many rows."""
    part: list[Slice] = []
    for start, count in whole:
        begin = min(skip, count)
        length = min(count - begin, take)
        skip, take = skip - begin, take - length
        if length:
            part.append((start + begin, length))
    return part


def original(credentials: Credentials, submission: Submission) -> Iterator[bytes]:
    """The delivered file exactly as it was stored, in chunks; NoResultYet when there is none."""
    if not submission.object_version:
        raise NoResultYet("No file is stored for this submission.")
    where = {"Bucket": submission.object_bucket, "Key": submission.object_key}
    try:
        answer = _client(credentials).get_object(**where, VersionId=submission.object_version)
    except (ClientError, BotoCoreError) as error:
        known = aws.translate(error)
        if isinstance(known, aws.NotFound):
            raise NoResultYet("The delivered file is no longer stored.") from None
        raise known from None
    return _chunks(answer["Body"])


def _chunks(body: Any) -> Iterator[bytes]:
    with body:  # also when the reader goes away in the middle
        yield from body.iter_chunks(CHUNK_BYTES)


def _client(credentials: Credentials) -> Any:
    return client("s3", credentials, settings.FUNDGATE_REGION)


def _require_verdict(submission: Submission) -> None:
    if not submission.verdict:
        raise NoResultYet("This submission has no verdict yet.")
