"""Tokens at rest: AES-256-GCM with a key that exists only in the browser's cookie."""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COOKIE = "fg_seal"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = "fundgate sealed session tokens v1"


class SealBroken(Exception):
    """The key does not open this seal: another session's, an old one, or changed ciphertext."""


@dataclass(frozen=True)
class Tokens:
    """An ID token with its expiry (UTC) and the refresh token that renews it; repr shows neither."""

    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime

    def good_for(self, minutes: float) -> bool:
        return self.expires_at - datetime.now(UTC) >= timedelta(minutes=minutes)


def new_key() -> str:
    """A fresh random key as cookie text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode().rstrip("=")


def close(tokens: Tokens, *, key: str, user_id: UUID, seal_id: UUID) -> bytes:
    """nonce + ciphertext, bound to this user and this session's seal."""
    content = json.dumps([tokens.id_token, tokens.refresh_token, tokens.expires_at.timestamp()]).encode()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_bytes(key)).encrypt(nonce, content, _bound_to(user_id, seal_id))


def open_seal(ciphertext: bytes, *, key: str, user_id: UUID, seal_id: UUID) -> Tokens:
    """The tokens; SealBroken when key, user or seal is not the one they were sealed for."""
    nonce, content = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
    try:
        opened = AESGCM(_bytes(key)).decrypt(nonce, content, _bound_to(user_id, seal_id))
    except (InvalidTag, ValueError):
        raise SealBroken from None
    id_token, refresh_token, expires = json.loads(opened)
    return Tokens(id_token, refresh_token, datetime.fromtimestamp(expires, UTC))


def _bytes(key: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(key + "=")
    except (binascii.Error, ValueError):
        raise SealBroken from None
    if len(raw) != _KEY_BYTES:
        raise SealBroken
    return raw


def _bound_to(user_id: UUID, seal_id: UUID) -> bytes:
    return f"{_PURPOSE}|{user_id}|{seal_id}".encode()
