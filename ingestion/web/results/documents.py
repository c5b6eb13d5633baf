"""The verdict document and the delivered file, by pinned version."""

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.credentials import Credentials
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.pointers import FILES, pointer, results_bucket

CHUNK_BYTES = 256 * 1024


def verdict(credentials: Credentials, submission: Submission) -> dict[str, Any]:
    """The verdict document; NoResultYet when the submission has none."""
    require_verdict(submission)
    s3, where = s3_client(credentials), pointer(submission, "verdict")
    try:
        if where["version_id"]:
            body = objects.get(s3, objects.ObjectRef.from_json(where))
        else:
            body = objects.latest(s3, where["bucket"], where["key"])
    except aws.NotFound:
        raise NoResultYet(_("The verdict is no longer stored.")) from None
    document: dict[str, Any] = json.loads(body)
    return document


def verdict_of(credentials: Credentials, submission: Submission, attempt: int) -> dict[str, Any]:
    """The verdict document of one attempt, also an earlier one; ingestion.aws.errors.NotFound without it."""
    key = layout.result_key(submission.id, attempt, FILES["verdict"], check_only=submission.check_only)
    document: dict[str, Any] = json.loads(
        objects.latest(s3_client(credentials), results_bucket(submission), key)
    )
    return document


def original(credentials: Credentials, submission: Submission) -> Iterator[bytes]:
    """The delivered file exactly as it was stored, in chunks; NoResultYet when there is none."""
    _require_content(submission)
    if not submission.object_version:
        raise NoResultYet(_("No file is stored for this submission."))
    return _streamed(credentials, submission.original.to_json(), _("The delivered file is no longer stored."))


def streamed(credentials: Credentials, submission: Submission, name: str) -> Iterator[bytes]:
    """One result as it is stored, in chunks; NoResultYet when it is not there."""
    require_verdict(submission)
    return _streamed(credentials, pointer(submission, name), _("This result is not stored."))


def _streamed(credentials: Credentials, where: dict[str, Any], gone: str) -> Iterator[bytes]:
    version = {"VersionId": where["version_id"]} if where["version_id"] else {}
    try:
        answer = s3_client(credentials).get_object(Bucket=where["bucket"], Key=where["key"], **version)
    except (ClientError, BotoCoreError) as error:
        known = aws.translate(error)
        if isinstance(known, aws.NotFound):
            raise NoResultYet(gone) from None
        raise known from None
    return _chunks(answer["Body"])


def _chunks(body: Any) -> Iterator[bytes]:
    with body:  # also when the reader goes away in the middle
        yield from body.iter_chunks(CHUNK_BYTES)


def s3_client(credentials: Credentials) -> Any:
    """The store under the viewer's own credentials."""
    return client("s3", credentials, settings.FUNDGATE_REGION)


def require_verdict(submission: Submission) -> None:
    """NoResultYet unless a run has come to a verdict."""
    _require_content(submission)
    if not submission.verdict:
        raise NoResultYet(_("This submission has no verdict yet."))


def _require_content(submission: Submission) -> None:
    if submission.deleted_at:
        raise NoResultYet(_("This file was only checked; its content has been deleted since."))
