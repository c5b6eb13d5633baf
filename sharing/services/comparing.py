"""What changed since the version before of a received delivery, as far as both were shared."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.lambdas.work import TABLES
from portal.accounts.actor import Actor
from sharing.changes import COLUMNS, PositionChanges, RuleChange, position_changes, rule_changes
from sharing.errors import NotProven
from sharing.models import Copy
from sharing.own_checks import standings_of
from sharing.received import Received
from sharing.services.own_checks import own_verdict
from sharing.services.receiving import MOST_SHOWN_BYTES, note_viewed, open_received

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 500_000
"""Of one table of positions; a longer one is not compared."""
POSITIONS = TABLES["holdings"]
Document = dict[str, Any]


@dataclass(frozen=True)
class Changes:
    """Both verdict documents by the owner's rules and by the own ones, the earlier first; the positions.

    None where one of the two versions does not have it. `too_long`: their tables are too long to compare.
    """

    before: Copy
    documents: tuple[Document, Document] | None
    own_documents: tuple[Document, Document] | None
    positions: PositionChanges | None
    too_long: bool

    @property
    def rules(self) -> list[RuleChange] | None:
        """By the owner's rules."""
        return rule_changes(*self.documents) if self.documents else None

    @property
    def own_rules(self) -> list[RuleChange] | None:
        """By the own rules that count now."""
        return rule_changes(*self.own_documents) if self.own_documents else None


def changes_since(
    *, actor: Actor, received: Received, before: Copy, document: Document | None, own: Document | None
) -> Changes | None:
    """Compares with an earlier version, reading of which is recorded.

    None where that is not proven, or has nothing that both have. `document` and `own` are what the owner's
    and the own rules found in the one that is open.
    """
    try:
        earlier = open_received(actor=actor, copy=before)
        old = earlier.json_verdict() if document and earlier.has_verdict else None
        both = all(POSITIONS in each.files for each in (earlier, received))
        tables = [_table(earlier)] if both else []
    except NotProven:
        return None
    tables += [_table(received)] if both else []
    check = standings_of(actor, [before])[before.pk].check if own else None
    old_own = own_verdict(actor=actor, check=check) if check and not check.code else None
    if not (old or tables or old_own):
        return None
    note_viewed(actor=actor, received=earlier)
    read = [table for table in tables if table is not None]
    return Changes(
        before=before,
        documents=(old, document) if old and document else None,
        own_documents=(old_own, own) if old_own and own else None,
        positions=position_changes(*read) if len(read) == 2 else None,
        too_long=len(read) < len(tables),
    )


def _table(received: Received) -> "pa.Table | None":
    """What is compared of its positions; None beyond the bounds."""
    import pyarrow.parquet as pq  # imported here: it loads slowly

    if received.files[POSITIONS].bytes > MOST_SHOWN_BYTES:
        return None
    table = pq.ParquetFile(io.BytesIO(received.whole(POSITIONS)))
    if table.metadata.num_rows > MOST_ROWS:
        return None
    return table.read(columns=[name for name in COLUMNS if name in table.schema_arrow.names])
