"""Reads the positions of all received funds for one person, within bounds that the page tells."""

import io
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from ingestion.aws.clients import client
from ingestion.lambdas.work import TABLES
from portal.accounts.actor import Actor
from sharing.errors import NotProven
from sharing.inbox import newest_received
from sharing.look_through import COLUMNS, Positions, positions_of, without, worth_reading
from sharing.models import Copy
from sharing.received import Received
from sharing.services.receiving import note_viewed

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

    Opened = tuple[Received, ParquetFile]

MOST_DELIVERIES = 200
MOST_ROWS = 1_000_000
"""Of all tables that are decoded, told by what they say of themselves before."""
MOST_BYTES = 16 << 20
"""Of one table."""
SECONDS = 20
THREADS = 8  # a client keeps ten connections
WITH_POSITIONS = ("TPT", "HOLDINGS")
"""Templates that fill the table of positions."""


@dataclass
class Looked:
    """What was read: positions, of which deliveries and funds; what was not proven, or beyond the bounds."""

    parts: list[Positions] = field(default_factory=list)
    taken: list[tuple[Copy, list[str]]] = field(default_factory=list)
    not_proven: list[Copy] = field(default_factory=list)
    too_much: int = 0

    @property
    def rows(self) -> int:
        return sum(part.table.num_rows for part in self.parts)


def look_through(*, actor: Actor) -> Looked:
    """The positions of the latest valuation of each received fund; each delivery that was read is recorded.

    A fund that several institutions deliver is taken in once.
    """
    copies = newest_received(actor).filter(submission__template__in=WITH_POSITIONS)
    wanted = worth_reading([copy for copy in copies if "schema" in copy.grant.contents])
    todo = wanted[:MOST_DELIVERIES]
    looked = Looked(too_much=len(wanted) - len(todo))
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    until, seen = time.monotonic() + SECONDS, set[str]()
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(todo), THREADS):
            some = todo[start : start + THREADS]
            if time.monotonic() > until or looked.rows >= MOST_ROWS:
                looked.too_much += len(todo) - start
                break
            opened = [pool.submit(_open, s3, each) for each in some]
            fitting = list(_fitting(some, opened, looked))
            read = [pool.submit(_positions, table) for _received, table in fitting]
            for (received, _table), done in zip(fitting, read, strict=True):
                positions = done.result()
                note_viewed(actor=actor, received=received, look_through=True)
                positions = without(positions, seen)
                if positions.funds:
                    looked.parts.append(positions)
                    looked.taken.append((received.copy, sorted(positions.funds)))
                    seen |= positions.funds
    return looked


def _fitting(copies: list[Copy], opened: list["Future[Opened | None]"], looked: Looked) -> "Iterator[Opened]":
    """Of these the ones whose rows fit into what is left; of the others it is noted why not."""
    left = MOST_ROWS - looked.rows
    for copy, each in zip(copies, opened, strict=True):
        try:
            found = each.result()
        except NotProven:
            looked.not_proven.append(copy)
            continue
        if found is None or found[1].metadata.num_rows > left:
            looked.too_much += 1
            continue
        left -= found[1].metadata.num_rows
        yield found


def _open(s3: Any, copy: Copy) -> "Opened | None":
    """Its table, of which nothing is decoded yet; None beyond the bound, NotProven also without a table."""
    import pyarrow.parquet as pq  # imported here: it loads slowly

    received, file = Received(s3, copy), TABLES["holdings"]
    if file in received.files and received.files[file].bytes > MOST_BYTES:
        return None
    return received, pq.ParquetFile(io.BytesIO(received.whole(file)))


def _positions(table: "ParquetFile") -> Positions:
    columns = [name for name in COLUMNS if name in table.schema_arrow.names]
    return positions_of(table.read(columns=columns, use_threads=False))
