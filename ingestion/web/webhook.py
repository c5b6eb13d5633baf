"""Who may report: the callback key's owner, now. Checked before a byte of the body is believed."""

import logging
import time

from django.conf import settings
from django.http import HttpRequest

from ingestion.aws import signing
from ingestion.aws.events import MAX_BODY_BYTES
from ingestion.web.errors import BodyTooLarge, ForgedCallback
from ingestion.web.public_keys import public_key

log = logging.getLogger(__name__)


def genuine_body(request: HttpRequest) -> bytes:
    """The body of a request that the pipeline signed; BodyTooLarge, ForgedCallback, AwsUnavailable."""
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge
    body = request.body
    try:
        require_genuine(
            timestamp=request.headers.get(signing.TIMESTAMP_HEADER, ""),
            key_id=request.headers.get(signing.KEY_ID_HEADER, ""),
            signature=request.headers.get(signing.SIGNATURE_HEADER, ""),
            body=body,
        )
    except ForgedCallback as error:  # in the log only: anybody can send one, and a record is kept for good
        log.warning("callback refused: %s", error.message)
        raise
    return body


def require_genuine(*, timestamp: str, key_id: str, signature: str, body: bytes) -> None:
    """ForgedCallback unless time, key and signature are right.

    AwsUnavailable when the key cannot be fetched.
    """
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise ForgedCallback("The time is missing or not in seconds.")
    if abs(time.time() - int(timestamp)) > signing.TOLERANCE_SECONDS:
        raise ForgedCallback("The time is too far from now.")
    if not key_id or key_id != settings.FUNDGATE_CALLBACK_KEY_ARN:
        raise ForgedCallback("The key is not the callback key.")
    if not signing.verify(public_key(key_id), timestamp, body, signature):
        raise ForgedCallback("The signature does not fit.")
