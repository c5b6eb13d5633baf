"""A table of the common schema as csv, some thousand rows at a time."""

import io
from collections.abc import Iterable, Iterator

import pyarrow as pa
from django.utils.translation import gettext_noop as noop

from ingestion.aws.credentials import Credentials
from ingestion.pipeline.transform.export import write_table
from ingestion.web.models import Submission
from ingestion.web.results.table import StoredTable

BATCH = 1_000


class CommonTable(StoredTable):
    """One of the tables that the template fills, by its name in the layout."""

    gone = noop("This table is not stored.")

    def __init__(self, credentials: Credentials, submission: Submission, name: str) -> None:
        self.name = name
        super().__init__(credentials, submission)

    def csv(self) -> Iterator[bytes]:
        """Header and rows as UTF-8; no text in it can become a formula."""
        return csv_of(self._file.schema_arrow, self.batches(BATCH))


def csv_of(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The header, then the rows of each batch."""
    yield _lines(schema.empty_table())
    for batch in batches:
        yield _lines(pa.Table.from_batches([batch])).split(b"\r\n", 1)[1]


def _lines(table: pa.Table) -> bytes:
    target = io.BytesIO()
    write_table(table, "csv", target)
    return target.getvalue()
