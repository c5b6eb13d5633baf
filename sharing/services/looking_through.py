"""Reads the positions of all received funds for one person, within bounds that the page tells."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

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

MOST_DELIVERIES = 200
MOST_ROWS = 1_000_000
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

    def read(copy: Copy) -> tuple[Received, Positions] | None:
        return _read(Received(s3, copy))

    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(todo), THREADS):
            some = todo[start : start + THREADS]
            if time.monotonic() > until or looked.rows > MOST_ROWS:
                looked.too_much += len(todo) - start
                break
            for copy, done in zip(some, [pool.submit(read, each) for each in some], strict=True):
                try:
                    found = done.result()
                except NotProven:
                    looked.not_proven.append(copy)
                    continue
                if found is None:
                    looked.too_much += 1
                    continue
                received, positions = found
                note_viewed(actor=actor, received=received, look_through=True)
                positions = without(positions, seen)
                if positions.funds:
                    looked.parts.append(positions)
                    looked.taken.append((copy, sorted(positions.funds)))
                    seen |= positions.funds
    return looked


def _read(received: Received) -> tuple[Received, Positions] | None:
    """None for a table beyond the bound; NotProven also when there is no table."""
    import pyarrow.parquet as pq  # imported here: it loads slowly

    file = TABLES["holdings"]
    if file in received.files and received.files[file].bytes > MOST_BYTES:
        return None
    stored = pq.ParquetFile(io.BytesIO(received.whole(file)))
    if stored.metadata.num_rows > MOST_ROWS:
        return None
    columns = [name for name in COLUMNS if name in stored.schema_arrow.names]
    return received, positions_of(stored.read(columns=columns, use_threads=False))
