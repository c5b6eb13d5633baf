"""A receipt: what a verdict is about and rests on, signed so that anybody can check it without the portal.

`{"receipt": {...}, "signature": {...}}`: signed are the time of issue and the canonical JSON of the receipt.
"""

import json
from typing import Any

from ingestion.aws import signing

FORMAT = 1
ALGORITHM = "ECDSA_SHA_256"
MOST_BYTES = 1 << 20


class NotGenuine(ValueError):
    """It is no receipt, or another key signed it, or it was changed; the text says which can be told."""


def sealed(kms: Any, key_arn: str, content: dict[str, Any]) -> dict[str, Any]:
    """The signed receipt of a content with its time of issue in `issued_at`."""
    receipt = {"format": FORMAT, **content}
    value = signing.sign(kms, key_arn, receipt["issued_at"], canonical(receipt))
    return {"receipt": receipt, "signature": {"algorithm": ALGORITHM, "key_id": key_arn, "value": value}}


def opened(data: bytes, public_key_der: bytes) -> dict[str, Any]:
    """The receipt in these bytes, proven to be signed by the key's owner as it stands; NotGenuine."""
    if data.startswith(b"%PDF"):
        raise NotGenuine("A PDF is for people. Check the JSON that is attached to it.")
    try:
        envelope = json.loads(data[: MOST_BYTES + 1])
        receipt, signature = envelope["receipt"], envelope["signature"]
        issued, value = str(receipt["issued_at"]), str(signature["value"])
        known = (receipt["format"], signature["algorithm"]) == (FORMAT, ALGORITHM)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotGenuine("This is no receipt.") from None
    if not known:
        raise NotGenuine("This receipt is of a kind that this program does not know.")
    if not signing.verify(public_key_der, issued, canonical(receipt), value):
        raise NotGenuine("The signature does not fit: it was changed, or another key signed it.")
    return dict(receipt)


def canonical(receipt: dict[str, Any]) -> bytes:
    """The bytes that are signed: sorted keys, no spaces, ASCII."""
    return json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
