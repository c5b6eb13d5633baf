"""Excel workbooks (xlsx and legacy xls) through calamine; every cell becomes the text a person would read."""

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import python_calamine as calamine

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import xls_scan, zip_scan
from ingestion.pipeline.readers.rehearsal import rehearse
from ingestion.pipeline.readers.source import HEAD_ROWS, Candidate, Column, Encoder, Grid, merged

_UTF16 = "utf-16-le"
_VBA = "_VBA_PROJECT_CUR".encode(_UTF16)
_ENCRYPTED = "EncryptedPackage".encode(_UTF16)
_WORKBOOK = ("Workbook".encode(_UTF16), "Book".encode(_UTF16))


class WorkbookSource:
    """An opened workbook."""

    encoding: str | None = None

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        if kind == "xlsx":
            data = zip_scan.scan(data)
        else:
            _check_xls(data)
            xls_scan.scan(data)
            rehearse(data)
        with _coded():
            self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            self.sheets: list[str] = [
                sheet.name
                for sheet in self._book.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet
            ]
        self._read: tuple[str | None, list[list[Any]]] = (None, [])
        self._size = 0
        if not self.sheets:
            raise UnreadableFile("FILE_UNREADABLE", "No sheet with cells was found in it.")

    def candidates(self) -> Iterator[Candidate]:
        for name in self.sheets:
            rows = self._sheet(name)
            yield Candidate(name, None, [list(map(text_of, row)) for row in islice(rows, HEAD_ROWS)])

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        if sheet not in self.sheets:
            raise UnreadableFile("FILE_UNREADABLE", "The sheet that was found first is no longer there.")
        rows = self._sheet(str(sheet))
        body = rows[header_row:]
        if not body:
            raise UnreadableFile("FILE_EMPTY")
        # Cells right of the last header belong to no field.
        width = max((i for i, cell in enumerate(rows[header_row - 1], 1) if cell != ""), default=0)
        return Grid([_column(cells) for cells in islice(zip(*body, strict=False), width)], len(body))

    def _sheet(self, name: str) -> list[list[Any]]:
        """All cells of a sheet from A1 on; only the latest one is kept."""
        if self._read[0] != name:
            self._read = (None, [])
            with _coded():
                sheet = self._book.get_sheet_by_name(name)
                self._size += sheet.total_height * sheet.total_width
                if self._size > 2 * zip_scan.MAX_CELLS:
                    raise UnreadableFile("FILE_TOO_LARGE", "Its sheets use too many cells together.")
                self._read = (name, sheet.to_python(skip_empty_area=False))
        return self._read[1]


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without a decimal point, at most Excel's own 15 digits, dates as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return (
            cell.date().isoformat()
            if cell.time() == dt.time()
            else cell.isoformat(sep=" ", timespec="seconds")
        )
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _column(cells: tuple[Any, ...]) -> Column:
    """Encode raw cells first and turn only the distinct ones into text."""
    encoder = Encoder()
    # True equals 1 as a dictionary key.
    encoder.add(list(map(text_of, cells)) if bool in set(map(type, cells)) else cells)
    column = encoder.column()
    # A number and a text may read the same.
    return merged([Column(column.codes, [text_of(value) for value in column.values])])


def _check_xls(data: bytes) -> None:
    """An OLE container is accepted only when it holds a plain workbook."""
    if _ENCRYPTED in data:
        raise UnreadableFile("FILE_ENCRYPTED")
    if _VBA in data:
        raise UnreadableFile("FILE_HAS_MACROS")
    if not any(name in data for name in _WORKBOOK):
        raise UnreadableFile("FILE_NOT_A_TABLE")


@contextmanager
def _coded() -> Iterator[None]:
    """Whatever the parser does on a malformed workbook becomes a code."""
    try:
        yield
    except calamine.PasswordError as error:
        raise UnreadableFile("FILE_ENCRYPTED") from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError, MemoryError) as error:
        raise UnreadableFile("FILE_UNREADABLE") from error
    except BaseException as error:
        # A panic of the Rust parser is no Exception and its class cannot be imported; anything else is ours.
        if type(error).__name__ == "PanicException":
            raise UnreadableFile("FILE_UNREADABLE") from error
        raise
