"""Cells put in place of others, in a delivery of one file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.readers.source import Column, Encoder, blank_column


@dataclass(frozen=True)
class Correction:
    """The new text of one cell; `row` as findings count it, from 1 below the header."""

    row: int
    field: str
    text: str


def corrected(delivery: Delivery, corrections: Iterable[Correction]) -> Delivery:
    """A copy with these cells; a field without a column gets one. KeyError for a row that is not there."""
    by_field: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for one in corrections:
        by_field[one.field][_position(delivery, one.row)] = one.text
    changed = {field: _with(_column(delivery, field), texts) for field, texts in by_field.items()}
    return replace(delivery, columns=delivery.columns | changed)


def text_at(delivery: Delivery, row: int, field: str) -> str:
    """What a cell holds, without the blanks around it; KeyError for a row that is not there."""
    column = _column(delivery, field)
    return column.at(int(column.codes[_position(delivery, row)])).strip()


def _column(delivery: Delivery, field: str) -> Column:
    return delivery.columns.get(field) or blank_column(len(delivery.row_numbers))


def _position(delivery: Delivery, row: int) -> int:
    place = int(np.searchsorted(delivery.row_numbers, row))
    if place == len(delivery.row_numbers) or delivery.row_numbers[place] != row:
        raise KeyError(row)
    return place


def _with(column: Column, texts: dict[int, str]) -> Column:
    cells = [column.values[code] for code in column.codes.tolist()]
    for place, text in texts.items():
        cells[place] = text
    encoder = Encoder()
    encoder.add(cells)
    return encoder.column()
