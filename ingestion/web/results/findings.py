"""findings.parquet: slices, narrowing by its columns, order; masks over columns, never an object per row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_noop as noop

from ingestion.pipeline.findings import TEXT_COLUMNS
from ingestion.web.results.order import Order
from ingestion.web.results.slices import Slice
from ingestion.web.results.table import Integers, StoredTable

Mask = npt.NDArray[np.bool_]
SEARCHED = ("message", "value", "field_name", "portfolio")


@dataclass(frozen=True, eq=False)
class Question:
    """What is looked for: exactly this field, this in the fund's identifier, this text, only certain rows.

    `rows` holds for each file of a zip ("" where there is one) a mask by row number.
    """

    field: str = ""
    fund: str = ""
    text: str = ""
    rows: Mapping[str, Mask] | None = None

    @property
    def columns(self) -> set[str]:
        """The columns it is answered from."""
        asked = {"field"} if self.field else set()
        asked |= {"portfolio"} if self.fund else set()
        asked |= set(SEARCHED) if self.text else set()
        return asked | ({"file", "row"} if self.rows is not None else set())

    def mask(self, table: pa.Table) -> Mask:
        """Which rows of a part of the findings fit."""
        found = np.ones(table.num_rows, np.bool_)
        if self.field:
            found &= _spread(table["field"], lambda texts: pc.equal(texts, self.field))
        if self.fund:
            found &= _spread(table["portfolio"], _mentions(self.fund))
        if self.text and found.any():
            found &= np.logical_or.reduce([_spread(table[name], _mentions(self.text)) for name in SEARCHED])
        if self.rows is not None and found.any():
            found &= _on_rows(table, self.rows)
        return found


class Findings(StoredTable):
    """All findings of a submission in the file's order: severity, field, rule, row."""

    name = "findings"
    gone = noop("The findings are no longer stored.")
    texts = TEXT_COLUMNS

    def rows(self, wanted: list[Slice]) -> list[dict[str, Any]]:
        """The rows of these slices; only the row groups that hold them are fetched."""
        return self.at(_positions(wanted))

    def at(self, positions: Integers) -> list[dict[str, Any]]:
        """The rows at these positions, in their order; only the row groups that hold them are fetched."""
        found: dict[int, dict[str, Any]] = {}
        for start, table in self.groups(np.unique(self.group_of(positions)).tolist()):
            here = positions[(positions >= start) & (positions < start + table.num_rows)]
            rows = table.take(pa.array(here - start)).to_pylist()
            found.update(zip(here.tolist(), rows, strict=True))
        return [found[position] for position in positions.tolist()]

    def search(self, question: Question, within: list[Slice], order: str = "") -> Integers:
        """Positions of the findings that fit, of these slices, in the file's order or another one."""
        inside = _positions(within)
        sorting = Order(order)
        columns = sorted(question.columns | sorting.columns)
        found: list[Integers] = [np.zeros(0, np.int64)]
        for start, table in self.groups(np.unique(self.group_of(inside)).tolist(), columns):
            part = inside[slice(*np.searchsorted(inside, [start, start + table.num_rows]))]
            if not columns:
                found.append(part)
                continue
            fitting = part[question.mask(table)[part - start]]
            sorting.add(table, fitting - start)
            found.append(fitting)
        return sorting.applied(np.concatenate(found))

    def on_row(self, file: str, row: int) -> list[dict[str, Any]]:
        """The findings on one row; row groups whose numbers leave it out are not looked at."""
        place = self._file.schema_arrow.get_field_index("row")
        candidates = []
        for group in range(self._file.num_row_groups):
            known = self._file.metadata.row_group(group).column(place).statistics
            if known is None or not known.has_min_max or known.min <= row <= known.max:
                candidates.append(group)
        mask = np.zeros(row + 1, np.bool_)
        mask[row] = True
        found = [
            start + np.flatnonzero(_on_rows(table, {file: mask}))
            for start, table in self.groups(candidates, ["file", "row"])
        ]
        return self.at(np.concatenate([np.zeros(0, np.int64), *found]))

    def about_fund(self, fund: str, most: int) -> list[dict[str, Any]]:
        """The first findings about a fund as a whole; they stand at row 0."""
        found = [np.zeros(0, np.int64)]
        for start, table in self.groups(range(self._file.num_row_groups), ["portfolio", "row"]):
            fits = _spread(table["portfolio"], lambda texts: pc.equal(texts, fund))
            found.append(start + np.flatnonzero(fits & (table["row"].to_numpy() == 0)))
        return self.at(np.concatenate(found)[:most])

    def parts(self) -> Iterator[pa.Table]:
        """All findings in order, one row group at a time."""
        for _, table in self.groups(range(self._file.num_row_groups)):
            yield table


def _positions(wanted: list[Slice]) -> Integers:
    """The positions of slices, in order."""
    parts = [np.arange(start, start + count, dtype=np.int64) for start, count in sorted(wanted)]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _spread(column: pa.ChunkedArray, test: Callable[[pa.Array], pa.Array]) -> Mask:
    """A test of the distinct texts, spread to the rows."""
    parts = [np.zeros(0, np.bool_)]
    for chunk in column.chunks:
        verdicts = test(chunk.dictionary).to_numpy(zero_copy_only=False)
        parts.append(verdicts.astype(np.bool_)[chunk.indices.to_numpy()])
    return np.concatenate(parts)


def _mentions(text: str) -> Callable[[pa.Array], pa.Array]:
    return lambda texts: pc.match_substring(texts, text, ignore_case=True)


def _on_rows(table: pa.Table, rows: Mapping[str, Mask]) -> Mask:
    numbers = table["row"].to_numpy()
    found = np.zeros(len(numbers), np.bool_)
    for file, wanted in rows.items():
        here = _spread(table["file"], lambda texts, file=file: pc.equal(texts, file))  # type: ignore[misc]
        here &= numbers < len(wanted)
        found[here] = wanted[numbers[here]]
    return found
