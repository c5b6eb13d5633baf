"""Rows that repeat the header, as in a file that was put together from several."""

import numpy as np

from ingestion.pipeline.headings import Headings, headings
from ingestion.pipeline.notes import Note, note
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.sentences import said

_SHARE = 0.9
"""Of the columns in which such a row must name the field."""


def header_rows(template: str, columns: dict[str, Column]) -> list[int]:
    """Their positions. Only the values of the column with the fewest are looked at where there are none."""
    if not columns:
        return []
    index = headings(template)
    key = min(columns, key=lambda key: columns[key].distinct)
    named = [code for code, value in enumerate(columns[key].values) if _names(index, value, key)]
    if not named:
        return []
    rows = np.flatnonzero(np.isin(columns[key].codes, named)).tolist()
    return [row for row in rows if _repeats(index, columns, row)]


def header_note(count: int) -> Note:
    """That they were left out."""
    if count == 1:
        text = said("One row repeats the header below it and was left out.")
    else:
        text = said("{count} rows repeat the header below it and were left out.", count=count)
    return note("HEADER_REPEATED", text)


def _repeats(index: Headings, columns: dict[str, Column], row: int) -> bool:
    cells = {key: column.at(column.codes[row]) for key, column in columns.items()}
    return sum(_names(index, cell, key) for key, cell in cells.items()) >= _SHARE * len(columns)


def _names(index: Headings, cell: str, key: str) -> bool:
    found = index.find(cell, {})
    return found is not None and found.key == key and not found.bare
