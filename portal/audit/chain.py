"""The hash chain of an institution's records: what a record's hash is taken over."""

import hashlib
import json
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from uuid import UUID

START = "0" * 64  # what the first record of a chain names as its predecessor
PLATFORM = "platform"  # the chain of the records that belong to no institution
FORMAT = 1  # never changed for records that are written: their hashes stand


def chain_of(institution_id: UUID | None) -> str:
    """The name of the chain that an institution's records stand in."""
    return PLATFORM if institution_id is None else str(institution_id)


def institution_of(chain: str) -> UUID | None:
    """The institution a chain belongs to; ValueError for what names none."""
    return None if chain == PLATFORM else UUID(chain)


def hash_of(
    *,
    institution_id: UUID | None,
    number: int,
    previous: str,
    at: datetime,
    tag: str,
    actor_id: UUID | None,
    subject_id: str,
    address: str | None,
    request_id: str,
    detail: Any,
) -> str:
    """SHA-256, as hex, over the canonical JSON of all fields, the predecessor's hash among them."""
    content = {
        "format": FORMAT,
        "chain": chain_of(institution_id),
        "number": number,
        "previous": previous,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "tag": str(tag),
        "actor": actor_id and str(actor_id),
        "subject": subject_id,
        "address": address and str(ip_address(address)),  # databases write one address in several ways
        "request": request_id,
        "detail": json.loads(json.dumps(detail)),  # as it comes back: every key a text
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: dict[str, Any]) -> bytes:
    """Sorted keys, no spaces, ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
