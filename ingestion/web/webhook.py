"""Who may report: the callback key's owner, now. Checked before a byte of the body is believed."""

import threading
import time

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import signing
from ingestion.aws.clients import client
from ingestion.aws.errors import translate
from ingestion.web.errors import ForgedCallback

_lock = threading.Lock()
_public_keys: dict[str, bytes] = {}


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
    if not signing.verify(_public_key(key_id), timestamp, body, signature):
        raise ForgedCallback("The signature does not fit.")


def _public_key(key_id: str) -> bytes:
    with _lock:
        if key_id not in _public_keys:
            try:
                answer = client("kms", region=settings.FUNDGATE_REGION).get_public_key(KeyId=key_id)
            except (ClientError, BotoCoreError) as error:
                raise translate(error) from None
            _public_keys[key_id] = answer["PublicKey"]
        return _public_keys[key_id]
