"""Cells put in place of others, in a delivery of one file or of the files of a zip."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.readers.source import Column, Encoder, blank_column


@dataclass(frozen=True)
class Correction:
    """The new text of one cell; `row` as findings count it, from 1 below the header.

    `part` counts the files of a zip from 1.
    """

    row: int
    field: str
    text: str
    part: int = 1


def corrected(delivery: Delivery, corrections: Iterable[Correction]) -> Delivery:
    """A copy with these cells; a field without a column gets one. KeyError for a row that is not there."""
    by_field: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for one in corrections:
        by_field[one.field][_position(delivery, one.row, one.part)] = one.text
    changed = {field: _with(_column(delivery, field), texts) for field, texts in by_field.items()}
    return replace(delivery, columns=delivery.columns | changed)


def text_at(delivery: Delivery, row: int, field: str, part: int = 1) -> str:
    """What a cell holds, without the blanks around it; KeyError for a row that is not there."""
    column = _column(delivery, field)
    return column.at(int(column.codes[_position(delivery, row, part)])).strip()


def _column(delivery: Delivery, field: str) -> Column:
    return delivery.columns.get(field) or blank_column(len(delivery.row_numbers))


def _position(delivery: Delivery, row: int, part: int) -> int:
    if not 1 <= part <= len(delivery.parts):
        raise KeyError(part)
    here = delivery.parts[part - 1]
    numbers = delivery.row_numbers[here.start : here.start + here.rows]
    place = int(np.searchsorted(numbers, row))
    if place == len(numbers) or numbers[place] != row:
        raise KeyError(row)
    return here.start + place


def _with(column: Column, texts: dict[int, str]) -> Column:
    cells = [column.values[code] for code in column.codes.tolist()]
    for place, text in texts.items():
        cells[place] = text
    encoder = Encoder()
    encoder.add(cells)
    return encoder.column()
