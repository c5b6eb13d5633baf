"""The tables of a file as sheets: every cell of every row where it stood, also what no template knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.annotated.cells import clean
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.readers import Grid, Source

MAX_ROWS = 1_048_576
"""Rows of a spreadsheet."""
MAX_CELLS = 3_000_000
"""Filled cells of all sheets together; a delivery of 40 MB has about as many."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


@dataclass(frozen=True)
class Page:
    """One table: `head` are the rows down to its header, `rows` how many of the `total` below are shown.

    `mapped` is field -> 0-based column; `file` the name within a zip, else "".
    """

    name: str
    file: str
    head: list[list[str]]
    rows: int
    total: int
    mapped: dict[str, int]
    altered: bool = False
    """Whether a text is longer than a cell takes or has signs that none can hold."""

    @property
    def cut(self) -> bool:
        """Whether rows are left out."""
        return self.rows < self.total


@dataclass
class SheetNames:
    """Names that a spreadsheet takes, each once."""

    _taken: set[str] = field(default_factory=lambda: {"history"})  # a spreadsheet keeps it for itself

    def take(self, wanted: str) -> str:
        """The wanted name or the nearest one that is free: at most 31 characters, some signs replaced."""
        text = "".join(sign for sign in wanted.translate(_FORBIDDEN) if sign.isprintable())
        base = text.strip().strip("'").strip()[:31] or "Data"
        name, number = base, 1
        while name.casefold() in self._taken:
            number += 1
            ending = f" ({number})"
            name = base[: 31 - len(ending)] + ending
        self._taken.add(name.casefold())
        return name


def pages(source: Source, inspection: Inspection, names: SheetNames) -> Iterator[tuple[Page, Grid]]:
    """The tables that were checked with all their cells, one in memory at a time. Raises UnreadableFile."""
    left = MAX_CELLS
    members = [member for member in inspection.members if member["checked"]]
    for form in members or [inspection.to_json()]:
        file = form["name"] if members else ""
        sheet, delimiter, header_row = form["sheet"], form["delimiter"], form["header_row"]
        wanted = file.rpartition("/")[2].rpartition(".")[0] if members else sheet
        head = _head(source, sheet, delimiter, header_row, file)
        try:
            grid = source.grid(sheet, delimiter, header_row, file)
        except UnreadableFile as error:
            if error.code != "FILE_EMPTY" or not members:
                raise
            grid = Grid([], 0)
        rows, used = _fitting(grid, left, MAX_ROWS - header_row)
        left -= used
        name = names.take(wanted or f"{inspection.template} {inspection.version}")
        altered = any(clean(text) != text for column in grid.columns for text in column.values)
        yield Page(name, file, head, rows, grid.rows, form["mapped"], altered), grid


def _head(source: Source, sheet: str | None, delimiter: str | None, row: int, file: str) -> list[list[str]]:
    for candidate in source.candidates():
        if (candidate.sheet, candidate.delimiter, candidate.member) == (sheet, delimiter, file):
            return candidate.head[:row]
    return [[]] * row


def _fitting(grid: Grid, most_cells: int, most_rows: int) -> tuple[int, int]:
    """How many of the rows there is room for, and how many filled cells these have."""
    filled: npt.NDArray[np.int64] = np.zeros(grid.rows, np.int64)
    for column in grid.columns:
        filled += column.spread(~column.empty)
    total = np.cumsum(filled)
    rows = min(int(np.searchsorted(total, most_cells, side="right")), most_rows)
    return rows, int(total[rows - 1]) if rows else 0
