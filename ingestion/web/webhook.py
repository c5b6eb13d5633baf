"""Who may report: the callback key's owner, now. Checked before a byte of the body is believed."""

import time

from django.conf import settings

from ingestion.aws import signing
from ingestion.web.errors import ForgedCallback
from ingestion.web.public_keys import public_key


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
