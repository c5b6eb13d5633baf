"""Whole columns of a stored table as numbers, for what compares all rows at once; no text is kept."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingestion.pipeline.differences import Integers, numbers_of
from ingestion.web.results.slices import Slice
from ingestion.web.results.table import StoredTable


def read_numbers(
    table: StoredTable,
    names: Sequence[str],
    spans: Sequence[Slice] | None = None,
    *,
    trimmed: bool = False,
) -> dict[str, Integers]:
    """The columns of all rows, or of those in these slices, in order, a row group in memory at a time.

    A number stays what it is; a text is the one of `numbers_of`, `trimmed` without the blanks around it.
    """
    found: dict[str, list[Integers]] = {name: [np.zeros(0, np.int64)] for name in names}
    wanted = [(0, int(table.starts[-1]))] if spans is None else spans
    groups = {group: _cuts(table, group, wanted) for group in range(len(table.starts) - 1)}
    for start, part in table.groups((group for group, cuts in groups.items() if cuts), list(names)):
        inside = np.concatenate(
            [
                np.arange(low - start, high - start)
                for low, high in groups[int(table.group_of(np.array([start]))[0])]
            ]
        )
        for name in names:
            found[name].append(_numbers(part.column(name).combine_chunks(), trimmed)[inside])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _cuts(table: StoredTable, group: int, spans: Sequence[Slice]) -> list[tuple[int, int]]:
    """The parts of slices that lie in a row group, each from and up to which position."""
    first, last = int(table.starts[group]), int(table.starts[group + 1])
    cuts = [(max(first, start), min(last, start + count)) for start, count in spans]
    return [(low, high) for low, high in cuts if low < high]


def _numbers(column: pa.Array, trimmed: bool) -> Integers:
    if not pa.types.is_dictionary(column.type):
        return np.asarray(column.to_numpy(), np.int64)
    texts = column.dictionary.to_pylist()
    if trimmed:
        texts = [text.strip() for text in texts]
    return np.asarray(numbers_of(texts)[column.indices.to_numpy()])
