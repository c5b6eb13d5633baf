"""A Parquet result, open for reading: only the row groups and columns that are asked for are fetched."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws.credentials import Credentials
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.pointers import pointer
from ingestion.web.ranges import RangeFile
from ingestion.web.results.documents import require_verdict, s3_client

Integers = npt.NDArray[np.int64]
AT_ONCE = 16  # row groups whose bytes are in memory together


class StoredTable:
    """One table of one submission; a context manager. NoResultYet when it is not there."""

    name: str
    gone: str
    texts: tuple[str, ...] = ()
    """Text columns to be read as dictionaries that are not stored as such."""

    def __init__(self, credentials: Credentials, submission: Submission) -> None:
        require_verdict(submission)
        where = pointer(submission, self.name)
        try:
            self._source = RangeFile(
                s3_client(credentials), where["bucket"], where["key"], where["version_id"]
            )
        except aws.NotFound:
            raise NoResultYet(_(self.gone)) from None
        self._file = pq.ParquetFile(pa.PythonFile(self._source, mode="r"), read_dictionary=list(self.texts))
        sizes = [self._file.metadata.row_group(i).num_rows for i in range(self._file.num_row_groups)]
        self.starts: Integers = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        """Position of the first row of each group, and behind the last the number of all rows."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._source.close()

    def groups(
        self, wanted: Iterable[int], columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, pa.Table]]:
        """(position of its first row, table) of these row groups, of these columns or of all."""
        rest = iter(wanted)
        while some := list(islice(rest, AT_ONCE)):
            self._source.prepare([span for group in some for span in self._spans(group, columns)])
            for group in some:
                yield (
                    int(self.starts[group]),
                    self._file.read_row_group(group, columns=columns, use_threads=False),
                )

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """All rows, so many at a time, the bytes of one row group in memory together."""
        for group in range(len(self.starts) - 1):
            self._source.prepare(self._spans(group, None))
            yield from self._file.iter_batches(size, row_groups=[group], use_threads=False)

    def group_of(self, positions: Integers) -> Integers:
        """The row group of each position."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def _spans(self, group: int, columns: Sequence[str] | None) -> Iterator[tuple[int, int]]:
        """First byte and the one behind the last of each column of a row group."""
        known: Any = self._file.metadata.row_group(group)
        names = None if columns is None else set(columns)
        for place in range(known.num_columns):
            chunk = known.column(place)
            if names is None or chunk.path_in_schema in names:
                start = chunk.dictionary_page_offset or chunk.data_page_offset
                yield start, start + chunk.total_compressed_size
