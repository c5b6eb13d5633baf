"""A webhook on the wire: body and signature as the Standard Webhooks specification has them.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature`: `v1,` and
the base64 of HMAC-SHA256 over `id.timestamp.body`; two of them, with a space, while a secret changes.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime

from django.utils.crypto import salted_hmac

from portal.notices.models import Delivery, Endpoint

_PREFIX = "whsec_"


def secret_of(endpoint: Endpoint, salt: str = "") -> str:
    """The secret an endpoint's owner checks signatures with, for the present salt unless another is given."""
    derived = salted_hmac(
        "portal.notices.webhook", f"{endpoint.id} {salt or endpoint.salt}", algorithm="sha256"
    )
    return _PREFIX + base64.b64encode(derived.digest()).decode()


def body_of(delivery: Delivery) -> bytes:
    """The body, the same at each attempt: ids, numbers, states and codes."""
    announcement = delivery.announcement
    content: dict[str, object] = {
        "type": delivery.event,
        "timestamp": (announcement or delivery).created_at.isoformat(),
        "data": {
            "institution": delivery.endpoint.institution.code,
            "subject": str(announcement.subject_id if announcement else delivery.endpoint_id),
            **(announcement.about if announcement else {}),
        },
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def headers_of(delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """Id, time and signatures for one attempt."""
    endpoint, timestamp = delivery.endpoint, str(int(now.timestamp()))
    secrets = [secret_of(endpoint)]
    if endpoint.previous_salt and endpoint.previous_until and endpoint.previous_until > now:
        secrets.append(secret_of(endpoint, endpoint.previous_salt))
    return {
        "webhook-id": str(delivery.id),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            signature(secret, str(delivery.id), timestamp, body) for secret in secrets
        ),
    }


def signature(secret: str, identity: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the signature of one message under one secret."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()
