"""Public halves of the platform's signing keys, fetched once per process with the portal's own role."""

import threading

from django.conf import settings

from ingestion.aws import signing
from ingestion.aws.clients import client

known: dict[str, bytes] = {}
_lock = threading.Lock()


def public_key(key_id: str) -> bytes:
    """In DER; AwsUnavailable when it cannot be fetched."""
    with _lock:
        if key_id not in known:
            known[key_id] = signing.public_key(client("kms", region=settings.FUNDGATE_REGION), key_id)
        return known[key_id]
