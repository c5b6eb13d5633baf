"""Signature of a callback: ECDSA P-256 over the SHA-256 of `timestamp.body`, made by KMS."""

import base64
import binascii
import hashlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ingestion.aws.errors import translate

TIMESTAMP_HEADER = "X-Fundgate-Timestamp"
KEY_ID_HEADER = "X-Fundgate-Key-Id"
SIGNATURE_HEADER = "X-Fundgate-Signature"
TOLERANCE_SECONDS = 300


def sign(kms: Any, key_arn: str, timestamp: str, body: bytes) -> str:
    """Base64 of the DER signature; the digest is signed because KMS takes at most 4 KB of a raw message."""
    try:
        answer = kms.sign(
            KeyId=key_arn,
            Message=_digest(timestamp, body),
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return base64.b64encode(answer["Signature"]).decode()


def public_key(kms: Any, key_arn: str) -> bytes:
    """The public half of a signing key, in DER."""
    try:
        found: bytes = kms.get_public_key(KeyId=key_arn)["PublicKey"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return found


def verify(public_key_der: bytes, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether the key's owner signed this timestamp and body; the caller checks the timestamp's age."""
    key = load_der_public_key(public_key_der)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, _digest(timestamp, body), ec.ECDSA(Prehashed(hashes.SHA256())))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _digest(timestamp: str, body: bytes) -> bytes:
    return hashlib.sha256(timestamp.encode() + b"." + body).digest()
