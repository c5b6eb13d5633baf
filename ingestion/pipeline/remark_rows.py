"""Rows that are no records: totals and remarks at the end, descriptions of the columns at the start."""

from collections.abc import Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.headings import normalise
from ingestion.pipeline.notes import Note, note
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.sentences import said

_AT_END = 5
_AT_START = 2
_COMPARED = 10
"""Ordinary rows that those at the end and at the start are compared with."""
_TYPED = frozenset(["decimal", "fraction", "integer", "date", "datetime"])
_TOTALS = frozenset(
    [
        *("total", "totals", "grandtotal", "subtotal", "sum", "totalfund", "totalportfolio", "totalassets"),
        *("summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "fondsvermogen"),
        *("somme", "totalgeneral", "soustotal", "totale", "totalen", "suma", "totaal"),
    ]
)
NOTE = "ROWS_LEFT_OUT"


def remark_rows(pack: Pack, columns: dict[str, Column], rows: npt.NDArray[np.intp]) -> list[int]:
    """Their positions, of the filled `rows`. Only a few rows at both ends are looked at."""
    found: list[int] = []
    for end in range(len(rows) - 1, max(len(rows) - 1 - _AT_END, 1), -1):
        usual = rows[max(0, end - _COMPARED) : end].tolist()
        if not _is_total(pack, columns, int(rows[end]), usual):
            break
        found.append(int(rows[end]))
    for row in rows[:_AT_START].tolist():
        if not _describes(pack, columns, row, rows[_AT_START : _AT_START + _COMPARED].tolist()):
            break
        found.append(row)
    return sorted(found)


def remark_note(numbers: Sequence[int]) -> Note:
    """That they were left out; `numbers` are 1-based data rows."""
    if len(numbers) == 1:
        text = said("Row {rows} holds a total or a remark and was left out.", rows=numbers[0])
    else:
        text = said("Rows {rows} hold a total or a remark and were left out.", rows=list(numbers))
    return note(NOTE, text)


def _is_total(pack: Pack, columns: dict[str, Column], row: int, usual: list[int]) -> bool:
    """Nearly empty, without what every record has; or named a total, without an id."""
    cells, others = _cells(columns, row), [_cells(columns, other) for other in usual]
    keys = [key for key in pack.key_fields if all(other.get(key) for other in others)]
    blank = [key for key in keys if not cells.get(key)]
    if keys and len(cells) * 3 <= median(map(len, others)) and len(blank) * 4 >= len(keys) * 3:
        return True
    named = {key for key, cell in cells.items() if normalise(cell).rstrip("0123456789") in _TOTALS}
    return bool(named) and not any(cells.get(key) for key in {pack.instrument, "id"} - named)


def _describes(pack: Pack, columns: dict[str, Column], row: int, usual: list[int]) -> bool:
    """Words such as `M` or `Number` in columns of numbers and dates."""
    typed = {key: column for key, column in columns.items() if pack.fields[key].type in _TYPED}
    cells = list(_cells(typed, row).values())
    others = [cell for other in usual for cell in _cells(typed, other).values()]
    if len(cells) < 3 or not others or any(_has_digit(cell) for cell in cells):
        return False
    return sum(map(_has_digit, others)) * 10 >= len(others) * 9


def _cells(columns: dict[str, Column], row: int) -> dict[str, str]:
    cells = {key: column.at(column.codes[row]).strip() for key, column in columns.items()}
    return {key: cell for key, cell in cells.items() if cell}


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))
