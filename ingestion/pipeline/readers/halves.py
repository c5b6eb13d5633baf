"""A workbook as two packages, the later rows of its large sheets apart, so that two parsers share the work.

All else is in both. A sheet is cut where a row begins that names its place; one that is spelled in any other
way stays whole.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Self

from ingestion.pipeline.readers.source import HEAD_ROWS

LARGE = 4 << 20
"""Bytes of a sheet from which a second parser is worth its start."""
Write = Callable[[bytes], object]

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_BEGIN, _END = b"<sheetData>", b"</sheetData></worksheet>"
_ROW = re.compile(rb'<row r="(\d{1,7})"')
_EMPTY = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
)


class Halves:
    """Writes both packages, as a context; the second one stays empty unless there is a large sheet."""

    def __init__(
        self, first: IO[bytes], rest: IO[bytes], parts: list[zipfile.ZipInfo], packed: bool = False
    ) -> None:
        cut = any(_is_sheet(part) and part.file_size >= LARGE for part in parts)
        method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        files = (first, rest) if cut else (first,)
        self._packages = [zipfile.ZipFile(file, "w", method, compresslevel=1) for file in files]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for package in self._packages:
            package.close()

    @contextmanager
    def part(self, part: zipfile.ZipInfo) -> Iterator[Write]:
        """What takes the content of a part, piece by piece."""
        with ExitStack() as stack:
            writes = [stack.enter_context(one.open(part.filename, "w")).write for one in self._packages]
            if len(writes) == 1:
                yield writes[0]
            elif _is_sheet(part):
                sheet = _Sheet(writes[0], writes[1], part.file_size)
                yield sheet.write
                sheet.end()
            else:
                yield lambda piece: [write(piece) for write in writes]


class _Sheet:
    """Its first rows go one way, its later rows the other."""

    def __init__(self, first: Write, rest: Write, size: int) -> None:
        self._first, self._rest = first, rest
        self._half = size // 2 if size >= LARGE else size
        self._seen = 0
        self._head = b""
        self._cut = False

    def write(self, piece: bytes) -> None:
        """The next piece."""
        if self._cut:
            self._rest(piece)
            return
        if not self._seen:
            begin = piece.find(_BEGIN) if b"<worksheet" in piece else -1
            self._head = piece[: begin + len(_BEGIN)] if begin >= 0 else b""
        self._seen += len(piece)
        place = self._place(piece) if self._head and self._seen > self._half else -1
        if place < 0:
            self._first(piece)
            return
        self._first(piece[:place] + _END)
        self._rest(self._head + piece[place:])
        self._cut = True

    def end(self) -> None:
        """No more is to come."""
        if not self._cut:
            self._rest(_EMPTY)

    def _place(self, piece: bytes) -> int:
        """Where a row begins of which the head of the sheet knows nothing."""
        later = (found.start() for found in _ROW.finditer(piece) if int(found[1]) > HEAD_ROWS)
        return next(later, -1)


def _is_sheet(part: zipfile.ZipInfo) -> bool:
    return bool(_SHEET.fullmatch(part.filename))
