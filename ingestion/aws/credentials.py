"""Temporary credentials of an institution's role; they live in the memory of one request or invocation."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Credentials:
    """Keys of an assumed role and the moment (UTC) they end; repr shows neither key nor token."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime

    @property
    def fingerprint(self) -> str:
        """A hash that names these credentials without revealing them."""
        parts = "\0".join((self.access_key, self.secret_key, self.session_token))
        return hashlib.sha256(parts.encode()).hexdigest()

    @property
    def expired(self) -> bool:
        return self.expires_at <= datetime.now(UTC)
