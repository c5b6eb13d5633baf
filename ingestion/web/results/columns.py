"""Whole columns of a stored table as codes and distinct texts, for what looks at all rows at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.pipeline.readers.source import Column
from ingestion.web.results.slices import Slice
from ingestion.web.results.table import StoredTable


def read_columns(
    table: StoredTable, names: Sequence[str], spans: Sequence[Slice] | None = None
) -> dict[str, Any]:
    """The columns of all rows, or of those in these slices, in order: a Column for text, else int32."""
    parts = []
    wanted = [(0, int(table.starts[-1]))] if spans is None else spans
    groups = {group: _cuts(table, group, wanted) for group in range(len(table.starts) - 1)}
    for start, part in table.groups((group for group, cuts in groups.items() if cuts), list(names)):
        for low, high in groups[int(table.group_of(np.array([start]))[0])]:
            parts.append(part.slice(low - start, high - low))
    if not parts:
        return {name: Column(np.zeros(0, np.int32), []) for name in names}
    whole = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    return {name: _column(whole.column(name)) for name in names}


def _cuts(table: StoredTable, group: int, spans: Sequence[Slice]) -> list[tuple[int, int]]:
    """The parts of slices that lie in a row group, each from and up to which position."""
    first, last = int(table.starts[group]), int(table.starts[group + 1])
    cuts = [(max(first, start), min(last, start + count)) for start, count in spans]
    return [(low, high) for low, high in cuts if low < high]


def _column(column: pa.ChunkedArray) -> Any:
    array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(array.type):
        return array.to_numpy()
    return Column(array.indices.to_numpy().astype(np.int32), array.dictionary)
