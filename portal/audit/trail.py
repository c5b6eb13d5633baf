"""The audit trail as csv and JSON, with all that its hashes are taken over, record by record."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from ingestion.pipeline.harmless import harmless
from portal.audit.models import AuditRecord

BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page
COLUMNS = (
    "number", "at", "tag", "actor", "person", "subject", "address", "request", "detail", "previous", "hash",
)  # fmt: skip
LINES = 500  # of one piece


def trail_csv(records: Iterable[AuditRecord], names: dict[str, str]) -> Iterator[bytes]:
    """A line for each record; `detail` is JSON."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    text.write(BOM)
    lines.writerow(COLUMNS)
    for place, record in enumerate(records, 1):
        row = _row(record, names) | {"detail": json.dumps(record.detail, sort_keys=True, ensure_ascii=False)}
        lines.writerow([harmless("" if cell is None else str(cell)) for cell in row.values()])
        if place % LINES == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def trail_json(records: Iterable[AuditRecord], names: dict[str, str], chain: str) -> Iterator[bytes]:
    """The chain's name and its records."""
    yield b'{"chain": ' + json.dumps(chain).encode() + b', "records": ['
    before = "\n"
    for record in records:
        yield (before + json.dumps(_row(record, names), ensure_ascii=False)).encode()
        before = ",\n"
    yield b"\n]}\n"


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
