"""The sheets of a workbook as rows of Python objects, and as columns."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Any, BinaryIO

import python_calamine as calamine

from ingestion.parser.columns import encode, send, texts_of
from ingestion.parser.later import Later, extent_of, open_workbook


class Sheets:
    """A workbook; the latest sheet that was asked for is kept."""

    def __init__(self, file: int, rest: int | None, most_cells: int, faults: list[Any]) -> None:
        """`file` is the number of an open one, `rest` of one that has the later rows of large sheets.

        `faults` are texts the parser cannot read: per number of a sheet a list of (row, column, text).
        """
        self._book, self._rest = open_workbook(file), rest
        names = [sheet.name for sheet in self._book.sheets_metadata]
        self._faults = {names[i]: cells for i, cells in faults if 0 <= i < len(names)}
        pages = [
            sheet for sheet in self._book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        # What nobody sees comes last: often the delivery of another month.
        pages.sort(key=lambda sheet: sheet.visible != calamine.SheetVisibleEnum.Visible)
        self.names = [sheet.name for sheet in pages]
        self._left = most_cells
        self._latest: _Sheet | None = None

    def head(self, name: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet as text, from A1 on."""
        return [texts_of(row) for row in islice(self._sheet(name).rows(), rows)]

    def write_columns(self, name: str, header_row: int, target: BinaryIO) -> None:
        """Everything below the header, column by column; in two parts when the later rows are apart."""
        sheet = self._sheet(name)
        header: list[Any] = next(islice(sheet.rows(), header_row - 1, None), [])
        # Cells right of the last header belong to no field.
        width = max((i for i, cell in enumerate(header, 1) if cell != ""), default=0)
        if sheet.later:
            sheet.later.ask(max(header_row, sheet.height), width)
        send(target, *encode(sheet.rows(), header_row, width))
        if sheet.later:
            sheet.later.hand_on(target)

    def _sheet(self, name: str) -> "_Sheet":
        if self._latest is None or self._latest.name != name:
            if self._latest:
                self._latest.end()
            self._latest = None
            sheet = _Sheet(self._book, name, self._rest, self._faults.get(name, []))
            self._left -= sheet.cells
            if self._left < 0:
                raise MemoryError
            self._latest = sheet
        return self._latest


class _Sheet:
    """One sheet: the rows that this process parsed, and the process that parsed the later ones, if any."""

    def __init__(self, book: Any, name: str, rest: int | None, faults: list[Any]) -> None:
        self.name = name
        self._faults = faults
        self.later = Later(rest, name) if rest is not None else None  # both parse at the same time
        self._parsed = book.get_sheet_by_name(name)
        self._over: calamine.CalamineSheet | None = None
        _, self.height, self._width = extent_of(self._parsed)
        self.cells = self.height * self._width
        if self.later:
            begin, height, width = self.later.extent()
            self.cells += height * width
            if begin < self.height:  # no later rows, or rows that do not follow each other
                self._over = self.later.opened()
                self._width = max(width, self._width)
                self.end()

    def rows(self) -> Iterator[list[Any]]:
        """All rows from A1 on, but the later ones."""
        rows: Iterator[list[Any]] = self._parsed.iter_rows()
        if self._over:
            return _laid_over(rows, self._over.iter_rows(), self._width)
        return _mended(rows, self._faults) if self._faults else rows

    def end(self) -> None:
        """End the other process."""
        if self.later:
            self.later.end()
        self.later = None


def _laid_over(rows: Iterator[list[Any]], others: Iterator[list[Any]], width: int) -> Iterator[list[Any]]:
    """The rows of one table with those of another at the same places."""
    blank = [""] * width
    for row, other in zip_longest(rows, others, fillvalue=blank):
        cells = zip(row + blank[len(row) :], other + blank[len(other) :], strict=True)
        yield [under if over == "" else over for under, over in cells]


def _mended(rows: Iterator[list[Any]], faults: list[tuple[int, int, str]]) -> Iterator[list[Any]]:
    """The rows with the texts that belong into them."""
    by_row: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for i, column, text in faults:
        by_row[i].append((column, text))
    for i, row in enumerate(rows):
        for column, text in by_row.get(i, ()):
            if column < len(row):
                row[column] = text
        yield row
