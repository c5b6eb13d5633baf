"""Rows that agree in several columns."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.readers.source import Column

Index = npt.NDArray[np.int64]


def agreeing(columns: Iterable[Column], start: Index) -> Index:
    """Per row a number; rows with equal numbers agree in all columns, and in `start`."""
    index = start
    for column in columns:
        if column.distinct > 1:
            index = index * column.distinct + column.codes
            index = np.unique(index, return_inverse=True)[1].astype(np.int64)
    return index


def first_rows(index: Index) -> npt.NDArray[np.intp]:
    """The first row of each number, in the order of the rows."""
    return np.sort(np.unique(index, return_index=True)[1])
