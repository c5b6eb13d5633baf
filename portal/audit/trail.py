"""The audit trail as csv and JSON, with all that its hashes are taken over, record by record."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from portal.audit.models import AuditRecord
from portal.common.pieces import csv_pieces, json_pieces

COLUMNS = (
    "number", "at", "tag", "actor", "person", "subject", "address", "request", "detail", "previous", "hash",
)  # fmt: skip


def trail_csv(records: Iterable[AuditRecord], names: dict[str, str]) -> Iterator[bytes]:
    """A line for each record; `detail` is JSON."""
    rows = (_row(record, names) for record in records)
    return csv_pieces(COLUMNS, ((row | {"detail": _detail(row["detail"])}).values() for row in rows))


def trail_json(records: Iterable[AuditRecord], names: dict[str, str], chain: str) -> Iterator[bytes]:
    """The chain's name and its records."""
    return json_pieces({"chain": chain}, (_row(record, names) for record in records))


def _detail(detail: Any) -> str:
    return json.dumps(detail, sort_keys=True, ensure_ascii=False)


def _row(record: AuditRecord, names: dict[str, str]) -> dict[str, Any]:
    actor = record.actor_id and str(record.actor_id)
    values = (
        record.number,
        record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        record.tag,
        actor,
        names.get(actor or ""),
        record.subject_id,
        record.address,
        record.request_id,
        record.detail,
        record.previous,
        record.hash,
    )
    return dict(zip(COLUMNS, values, strict=True))
