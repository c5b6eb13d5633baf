"""Reading what was received: each time, both sides' trails say so."""

import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.aws.clients import client
from ingestion.aws.exchange import MANIFEST, ORIGINAL
from ingestion.lambdas.work import TABLES, VERDICT
from ingestion.pipeline.transform.export import plain
from ingestion.web.results.common import BATCH, csv_of
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from sharing.models import Copy
from sharing.received import Received
from sharing.services.telling import noted

FIRST_ROWS = 5
OF_THE_FILE = {"file", "row", "template", "version"}
"""Columns that say where a row came from; a page leaves them out."""
MOST_SHOWN_BYTES = 16 << 20
"""Of a table whose first rows are shown; a longer one is only handed out."""
Head = tuple[list[str], list[list[str]], int]
"""Column names, the first rows, how many rows there are."""


def open_received(*, actor: Actor, copy: Copy) -> Received:
    """The delivery with its manifest proven, read with this person's rights; NotProven."""
    return Received(client("s3", actor.credentials(), settings.FUNDGATE_REGION), copy)


def view(*, actor: Actor, received: Received) -> tuple[dict[str, Any] | None, dict[str, Head | None]]:
    """The verdict document if it was shared, and the first rows of each table (None: too long for a page)."""
    document = received.json_verdict() if received.has_verdict else None
    heads = {name: _head(received, TABLES[name]) for name in received.tables}
    note_viewed(actor=actor, received=received)
    return document, heads


def verdict_document(*, actor: Actor, received: Received) -> dict[str, Any] | None:
    """The verdict document alone, None where it was not shared."""
    document = received.json_verdict() if received.has_verdict else None
    note_viewed(actor=actor, received=received)
    return document


def note_viewed(*, actor: Actor, received: Received, **detail: Any) -> None:
    """Recorded once per delivery that was read."""
    copy = received.copy
    with transaction.atomic():
        noted(AuditTag.RECEIVED_VIEWED, copy.grant, actor, submission=str(copy.submission_id), **detail)


def downloads_of(received: Received) -> dict[str, Callable[[], Iterator[bytes]]]:
    """What can be taken away, by file name: the file as it came, tables as csv and Parquet, the manifest."""
    found: dict[str, Callable[[], Iterator[bytes]]] = {MANIFEST: lambda: iter([received.manifest_bytes])}
    for name in (ORIGINAL, VERDICT):
        if name in received.files:
            found[name] = partial(received.pieces, name)
    for name in received.tables:
        found[f"{name}.parquet"] = partial(received.pieces, TABLES[name])
        found[f"{name}.csv"] = partial(_csv, received, TABLES[name])
    return found


def download(*, actor: Actor, copy: Copy, name: str) -> Iterator[bytes]:
    """One of these, proven before the first byte leaves; NotFound for any other name."""
    received = open_received(actor=actor, copy=copy)
    made = downloads_of(received).get(name)
    if made is None:
        raise NotFound(_("There is no such file of this delivery."))
    pieces = made()
    first = list(islice(pieces, 1))  # what cannot be read fails before an answer has begun
    with transaction.atomic():
        noted(AuditTag.RECEIVED_DOWNLOADED, copy.grant, actor, submission=str(copy.submission_id), file=name)
    return chain(first, pieces)


def _head(received: Received, file: str) -> Head | None:
    import pyarrow.parquet as pq  # imported here: it loads slowly

    if received.files[file].bytes > MOST_SHOWN_BYTES:
        return None
    table = pq.ParquetFile(io.BytesIO(received.whole(file)))
    batch = next(table.iter_batches(FIRST_ROWS), None)
    if batch is None:
        return list(table.schema_arrow.names), [], 0
    told = [name for name in batch.schema.names if name not in OF_THE_FILE]
    filled = [name for name in told if batch.column(name).null_count < batch.num_rows]
    rows = [[_said(cell) for cell in row.values()] for row in batch.select(filled).to_pylist()]
    return filled, rows, table.metadata.num_rows


def _said(cell: Any) -> str:
    """A value as the csv of the table writes it."""
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _csv(received: Received, file: str) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with received.source(file) as source:
        table = pq.ParquetFile(pa.PythonFile(source, mode="r"))
        yield from csv_of(table.schema_arrow, table.iter_batches(BATCH))
