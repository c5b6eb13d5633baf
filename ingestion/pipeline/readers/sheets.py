"""The workbook parser, as a program in a process of its own, where it may crash, hang or fill the memory.

It needs nothing of the project. Requests come as lines of JSON on standard input, answers leave as such lines
on standard output, some followed by the bytes they announce. See box.py for the other end.
"""

import datetime as dt
import gc
import io
import json
import os
import resource
import shutil
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import count, islice
from typing import Any, BinaryIO

import python_calamine as calamine

_CHUNK = 512
"""Rows that are Python objects at one time."""
_LARGE = 400_000
"""Cells from which a second process is worth its start."""
_Column = tuple[bytes, ...]
"""Codes as 32-bit integers, and values as UTF-8, each once, with NUL between them; or 64-bit floats alone."""


class Sheets:
    """A workbook; the latest sheet that was asked for is kept."""

    def __init__(self, data: bytes, most_cells: int, faults: list[Any]) -> None:
        """`faults` are texts the parser cannot read: per number of a sheet a list of (row, column, text)."""
        self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [sheet.name for sheet in self._book.sheets_metadata]
        self._faults = {names[i]: cells for i, cells in faults if 0 <= i < len(names)}
        pages = [
            sheet for sheet in self._book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        # What nobody sees comes last: often the delivery of another month.
        pages.sort(key=lambda sheet: sheet.visible != calamine.SheetVisibleEnum.Visible)
        self.names = [sheet.name for sheet in pages]
        self._left = most_cells
        self._latest: calamine.CalamineSheet | None = None

    def head(self, name: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet as text, from A1 on."""
        return [_texts(row) for row in islice(self._rows(self._sheet(name)), rows)]

    def write_columns(self, name: str, header_row: int, target: BinaryIO) -> None:
        """Everything below the header, column by column.

        Of a large sheet a second process takes every other column: filled ones stand side by side.
        """
        sheet = self._sheet(name)
        header: list[Any] = next(islice(self._rows(sheet), header_row - 1, None), [])
        # Cells right of the last header belong to no field.
        width = max((i for i, cell in enumerate(header, 1) if cell != ""), default=0)
        if width * sheet.total_height < _LARGE:
            _send(target, *_encode(self._rows(sheet), header_row, slice(0, width, 1)))
            return
        reader, writer = os.pipe()
        helper = os.fork()  # what the parser holds is shared
        if not helper:
            with os.fdopen(writer, "wb") as half:
                _send(half, *_encode(self._rows(sheet), header_row, slice(1, width, 2)))
            os._exit(0)
        os.close(writer)
        _send(target, *_encode(self._rows(sheet), header_row, slice(0, width, 2)))
        with os.fdopen(reader, "rb") as half:
            shutil.copyfileobj(half, target, 1 << 20)
        target.flush()
        if os.waitpid(helper, 0)[1]:
            raise MemoryError

    def _rows(self, sheet: calamine.CalamineSheet) -> Iterator[list[Any]]:
        """All rows from A1 on."""
        rows: Iterator[list[Any]] = sheet.iter_rows()
        return _mended(rows, self._faults[sheet.name]) if sheet.name in self._faults else rows

    def _sheet(self, name: str) -> calamine.CalamineSheet:
        if self._latest is None or self._latest.name != name:
            self._latest = None
            sheet = self._book.get_sheet_by_name(name)
            self._left -= sheet.total_height * sheet.total_width
            if self._left < 0:
                raise MemoryError
            self._latest = sheet
        return self._latest


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without a decimal point, at most Excel's own 15 digits, dates as ISO."""
    if isinstance(cell, float):
        return f"{cell + 0.0:.15g}"  # no minus sign before a zero
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        day = cell.time() == dt.time()
        return cell.date().isoformat() if day else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


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


def _encode(rows: Iterator[list[Any]], header_row: int, chosen: slice) -> tuple[int, slice, list[_Column]]:
    """How many rows are below the header, and the chosen ones of their columns."""
    body = islice(rows, header_row, None)
    columns = [_Cells() for _ in range(chosen.start, chosen.stop, chosen.step)]
    done = 0
    while chunk := list(islice(body, _CHUNK)):
        done += len(chunk)
        cut = zip(*(row[chosen] for row in chunk), strict=True)
        for column, cells in zip(columns, cut, strict=True):
            column.extend(cells)
    return done, chosen, [column.packed() for column in columns]


class _Cells:
    """A column as it is read: floats as long as there is nothing else in it, then the codes of its values."""

    def __init__(self) -> None:
        self._floats: array[float] | None = array("d")
        self._index = defaultdict[Any, int](count().__next__)
        self._codes = array("i")

    def extend(self, cells: tuple[Any, ...]) -> None:
        """More rows."""
        types = {cells[0].__class__} if (alike := _alike(cells)) else set(map(type, cells))
        if self._floats is not None:
            if types == {float}:
                self._floats.extend(cells)
                return
            self._codes.extend(map(self._index.__getitem__, self._floats))
            self._floats = None
        if alike:
            self._codes.extend(array("i", [self._index[cells[0]]]) * len(cells))
            return
        if bool in types:  # True equals 1 as a dictionary key
            cells = tuple(text_of(cell) if cell.__class__ is bool else cell for cell in cells)
        self._codes.extend(array("i", map(self._index.__getitem__, cells)))

    def packed(self) -> _Column:
        """As it is sent."""
        return _pack(self._codes, list(self._index)) if self._floats is None else (self._floats.tobytes(),)


def _alike(cells: tuple[Any, ...]) -> bool:
    """Whether all hold the same, as in every other column of a delivery; told from few if they do not."""
    first, size = cells[0], len(cells)
    if first != cells[size // 2] or first != cells[-1] or cells.count(first) < size:
        return False
    return first.__class__ is str or bool not in set(map(type, cells))


def _pack(codes: "array[int]", values: list[Any]) -> _Column:
    texts = _texts(values)
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts):
        texts = [text.replace("\0", "\ufffd") for text in texts]
    if len(set(texts)) < len(texts):  # a number and a text may read the same
        places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        new = [places[text] for text in texts]
        codes = array("i", map(new.__getitem__, codes))
        joined = "\0".join(places)
    return codes.tobytes(), joined.encode("utf-8", "replace")


def _texts(values: list[Any]) -> list[str]:
    if set(map(type, values)) == {float}:  # one call for all is a third faster
        return ("%.15g\0" * len(values) % tuple(value + 0.0 for value in values))[:-1].split("\0")
    return [value if value.__class__ is str else text_of(value) for value in values]


def _send(target: BinaryIO, rows: int, chosen: slice, columns: list[_Column]) -> None:
    sizes = [list(map(len, column)) for column in columns]
    _say(target, {"rows": rows, "first": chosen.start, "step": chosen.step, "sizes": sizes})
    for column in columns:
        for part in column:
            target.write(part)
    target.flush()


def answer(sheets: Sheets | None, request: dict[str, Any], source: BinaryIO, target: BinaryIO) -> Sheets:
    """Serve one request; returns the workbook that is open."""
    if sheets is None:
        sheets = Sheets(source.read(request["size"]), request["cells"], request["faults"])
        _say(target, {"sheets": sheets.names})
    elif "rows" in request:
        _say(target, {"rows": sheets.head(request["sheet"], request["rows"])})
    else:
        sheets.write_columns(request["sheet"], request["header_row"], target)
        _say(target, {"done": True})
    return sheets


def _say(target: BinaryIO, message: dict[str, Any]) -> None:
    target.write(json.dumps(message).encode() + b"\n")
    target.flush()


def main(seconds: int, memory: int) -> None:
    """Serve requests until there are no more, within the limits (CPU seconds, bytes of address space)."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform.startswith("linux"):  # elsewhere the limit cannot be set below what is mapped already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # there are no cycles, and collecting costs more than reading
    sheets = None
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        while line := source.readline():
            sheets = answer(sheets, json.loads(line), source, target)
    except calamine.PasswordError:
        _say(target, {"error": "FILE_ENCRYPTED"})
    except MemoryError:
        _say(target, {"error": "FILE_TOO_LARGE"})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
