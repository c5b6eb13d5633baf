"""rows.parquet: the delivery's cells as text, a few rows or one column at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.utils.translation import gettext_noop as noop

from ingestion.pipeline.delivery import META, ROW, Part
from ingestion.web.results.findings import Mask
from ingestion.web.results.table import StoredTable

RowKey = tuple[str, int]
"""The file of a zip, "" for a plain file, and the number of the row in it, from 1."""
Numbers = npt.NDArray[np.int32]


class Rows(StoredTable):
    """The rows of a submission as they were read."""

    name = "rows"
    gone = noop("The rows of this file are not stored. Run the check again to see them.")

    @cached_property
    def fields(self) -> list[str]:
        """Keys of the fields that have a column, in the file's order."""
        return [name for name in self._file.schema_arrow.names if name != ROW]

    @cached_property
    def parts(self) -> list[Part]:
        """The files whose rows stand one below the other."""
        meta = json.loads(self._file.schema_arrow.metadata[META])
        return [Part(**part) for part in meta["parts"]]

    def of(self, keys: Iterable[RowKey], fields: Sequence[str]) -> dict[RowKey, dict[str, str]]:
        """The cells of these rows, blanks around them stripped; rows that are not there are left out."""
        wanted: defaultdict[str, list[int]] = defaultdict(list)
        for file, row in set(keys):
            wanted[file].append(row)
        shown = [field for field in fields if field in self.fields]
        groups = sorted({group for file, rows in wanted.items() for group in self._holding(file, rows)})
        found: dict[RowKey, dict[str, str]] = {}
        for start, table in self.groups(groups, [ROW, *shown]):
            for file, numbers, first in self._pieces(start, table):
                asked = np.array(sorted(wanted.get(file, [])), np.int64)
                places = np.searchsorted(numbers, asked)
                there = places < len(numbers)
                there[there] = numbers[places[there]] == asked[there]
                rows = table.select(shown).take(pa.array(places[there] + first)).to_pylist()
                for row, cells in zip(asked[there].tolist(), rows, strict=True):
                    found[file, row] = {name: (text or "").strip() for name, text in cells.items()}
        return found

    def beside(self, file: str, row: int) -> tuple[int | None, int | None]:
        """The rows of the same file before and after this one."""
        before: int | None = None
        after: int | None = None
        for start, table in self.groups(self._near(file, row), [ROW]):
            for name, numbers, _ in self._pieces(start, table):
                if name == file:
                    smaller, larger = numbers[numbers < row], numbers[numbers > row]
                    before = int(smaller[-1]) if len(smaller) else before
                    after = int(larger[0]) if len(larger) and after is None else after
        return before, after

    def of_class(self, field: str, letter: str) -> dict[str, Mask]:
        """By file a mask of the row numbers whose CIC in this field is of this class."""
        found = {part.name: np.zeros(0, np.bool_) for part in self.parts}
        if field not in self.fields:
            return found
        for start, table in self.groups(range(len(self.starts) - 1), [ROW, field]):
            column = table[field].combine_chunks()
            texts = [text.strip() for text in column.dictionary.to_pylist()]
            fits = np.array([len(text) == 4 and text[2] == letter for text in texts], np.bool_)
            here = fits[column.indices.to_numpy()]
            for file, numbers, first in self._pieces(start, table):
                mask = np.zeros(max(len(found[file]), int(numbers.max(initial=0)) + 1), np.bool_)
                mask[: len(found[file])] = found[file]
                mask[numbers[here[first : first + len(numbers)]]] = True
                found[file] = mask
        return found

    def _pieces(self, start: int, table: pa.Table) -> Iterator[tuple[str, Numbers, int]]:
        """For each file in a row group its name, its row numbers in order, its place in the group."""
        numbers = table[ROW].to_numpy()
        for part in self.parts:
            first = max(part.start - start, 0)
            stop = min(part.start + part.rows - start, len(numbers))
            if first < stop:
                yield part.name, numbers[first:stop], first

    def _groups_of_part(self, file: str) -> list[int]:
        part = next((part for part in self.parts if part.name == file), Part(file, 0, 0))
        stop = part.start + part.rows
        return [
            group
            for group in range(len(self.starts) - 1)
            if self.starts[group] < stop and part.start < self.starts[group + 1]
        ]

    def _holding(self, file: str, rows: Sequence[int]) -> list[int]:
        """The row groups that may hold one of these rows."""
        spans = {group: self._span(group) for group in self._groups_of_part(file)}
        return [group for group, (low, high) in spans.items() if any(low <= row <= high for row in rows)]

    def _near(self, file: str, row: int) -> list[int]:
        """The row groups that hold a row or the ones beside it."""
        mine = self._groups_of_part(file)
        holding = self._holding(file, [row])
        return [group for group in mine if {group - 1, group, group + 1} & set(holding)]

    def _span(self, group: int) -> tuple[int, int]:
        """Smallest and largest row number of a group; of what has no statistics anything is possible."""
        place = self._file.schema_arrow.get_field_index(ROW)
        known = self._file.metadata.row_group(group).column(place).statistics
        return (known.min, known.max) if known is not None and known.has_min_max else (0, 2**31)
