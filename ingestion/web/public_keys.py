"""Public halves of the platform's signing keys, fetched once per process with the portal's own role."""

import threading

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws.clients import client
from ingestion.aws.errors import translate

known: dict[str, bytes] = {}
_lock = threading.Lock()


def public_key(key_id: str) -> bytes:
    """In DER; AwsUnavailable when it cannot be fetched."""
    with _lock:
        if key_id not in known:
            try:
                answer = client("kms", region=settings.FUNDGATE_REGION).get_public_key(KeyId=key_id)
            except (ClientError, BotoCoreError) as error:
                raise translate(error) from None
            known[key_id] = answer["PublicKey"]
        return known[key_id]
