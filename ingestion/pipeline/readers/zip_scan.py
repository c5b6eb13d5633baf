"""Look through an xlsx package before any parser sees it: bytes are counted while inflating.

The limits are far above what a fund delivery needs and far below what would exhaust a small machine.
"""

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from typing import IO

import numpy as np

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import part_scan
from ingestion.pipeline.readers.halves import Halves
from ingestion.pipeline.readers.inflate import inflated
from ingestion.pipeline.readers.part_scan import Extent
from ingestion.pipeline.readers.references import Bytes
from ingestion.pipeline.readers.shared_texts import text_sizes, text_uses
from ingestion.pipeline.sentences import said

MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_INFLATED = 512 * 1024 * 1024
MAX_RATIO = 250
RATIO_FROM = 16 * 1024 * 1024
MAX_COLUMNS = 2_000
MAX_ROWS = 1_048_576
MAX_CELLS = 10_000_000
MAX_STRING = 512 * 1024
MAX_TEXT = 256 * 1024 * 1024
"""Bytes of all texts in the cells; a shared text counts as often as it is used: the parser copies it."""
MAX_STORED = 64 * 1024 * 1024
"""Up to this size the parser gets the package inflated: it would do it again, three times as slowly."""

_TEXTS = "xl/sharedstrings.xml"
_REFUSED = {
    "xl/vbaproject": "FILE_HAS_MACROS",
    "xl/macrosheets/": "FILE_HAS_MACROS",
    "xl/externallinks/": "FILE_HAS_LINKS",
    "xl/embeddings/": "FILE_HAS_OBJECTS",
    "xl/activex/": "FILE_HAS_OBJECTS",
}
_ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)(?:\"e\"|'e')")
_AHEAD = 3
"""Pieces that are being looked through while the next one is inflated."""
_KEPT = 31 << 20
"""Bytes that the allocator of Linux keeps at hand once so many were given back in one go, used or not.

Otherwise it fetches every array from the system anew: a third of the time would go by in page faults.
"""
_WIDE = (b"<\0", b"\0<", b"\xff\xfe", b"\xfe\xff")
"""How XML of two bytes a character begins: nothing would be found in it."""


def scan(data: bytes, first: IO[bytes], rest: IO[bytes]) -> None:
    """Write the package for the parsers: inflated unless too large, error cells such as #N/A as text.

    The parser would make blanks of those. The later rows of large sheets go into `rest`, or nothing does: see
    halves.py. Raises UnreadableFile when it is damaged, protected, active or oversized.
    """
    np.empty(_KEPT, np.uint8)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _scan_names(parts)
            texts = [part for part in parts if part.filename.lower() == _TEXTS]
            small = sum(part.file_size for part in parts) <= MAX_STORED
            looked_through = Halves(first, rest, parts) if small else nullcontext()
            with ThreadPoolExecutor(2) as pool, looked_through as halves:
                budget = _Budget(package, pool, halves)
                for part in texts:
                    budget.learn_texts(part)
                faulty = [part.filename for part in parts if budget.scan(part)]
            if small and not faulty:
                return
            for file in (first, rest):
                file.seek(0)
                file.truncate()
            if not faulty:
                first.write(data)
                return
            with Halves(first, rest, parts, packed=not small) as halves:
                _write_errors_as_text(package, faulty, halves)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise UnreadableFile("FILE_UNREADABLE") from error


def _scan_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if any(part.flag_bits & 0x1 for part in parts):
        raise UnreadableFile("FILE_ENCRYPTED")
    for name in names:
        for start, code in _REFUSED.items():
            if name.startswith(start):
                raise UnreadableFile(code)
    if len(set(names)) != len(names):
        raise UnreadableFile("FILE_UNREADABLE", "Two parts of the workbook carry the same name.")
    sheets = sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names)
    if len(names) > MAX_PARTS or sheets > MAX_SHEETS:
        raise UnreadableFile(
            "FILE_TOO_LARGE",
            said("The workbook has {sheets} sheets in {parts} parts.", sheets=sheets, parts=len(names)),
        )


class _Budget:
    """What a package may still use."""

    def __init__(self, package: zipfile.ZipFile, pool: ThreadPoolExecutor, halves: Halves | None) -> None:
        """What is seen of the package goes into `halves` as well."""
        self._package = package
        self._halves = halves
        self._pool = pool
        self._inflated = 0
        self._uses = 0
        self._sizes = np.zeros(0, np.int64)

    def learn_texts(self, part: zipfile.ZipInfo) -> None:
        """The texts must be known before the cells that name them."""
        _check_size(part.file_size, part.compress_size)
        self._sizes = np.append(self._sizes, text_sizes(inflated(self._package, part)))

    def scan(self, part: zipfile.ZipInfo) -> bool:
        """Inflate one part in pieces and count: any part may be a sheet. True when it has error cells."""
        extent = self._measured(part)
        faulty = extent.errors
        named = part.filename.lower() != _TEXTS and int(self._sizes.max(initial=0)) * extent.tags > MAX_TEXT
        if extent.unnamed or extent.odd:
            extent = part_scan.measure_odd(inflated(self._package, part))
        if extent.rows > MAX_ROWS or extent.columns > MAX_COLUMNS or extent.rows * extent.columns > MAX_CELLS:
            raise UnreadableFile(
                "FILE_TOO_LARGE", "A sheet uses too many cells, or one far outside the table."
            )
        if named:  # a short file can name one long text in a million cells
            self._uses += text_uses(inflated(self._package, part), self._sizes)
        if self._uses > MAX_TEXT:
            raise UnreadableFile("FILE_TOO_LARGE", "A very long text is repeated in a great many cells.")
        return faulty

    def _measured(self, part: zipfile.ZipInfo) -> Extent:
        """One piece is inflated while others are looked through."""
        extent = Extent()
        waiting: deque[Future[Extent]] = deque()
        with self._halves.part(part) if self._halves else nullcontext() as write:
            for piece, text, end in self._pieces(part):
                waiting.append(self._pool.submit(part_scan.measure, piece, text, end))
                if write:
                    write(piece[part_scan.START : end])
                if len(waiting) > _AHEAD:
                    extent |= waiting.popleft().result()
        for future in waiting:
            extent |= future.result()
        return extent

    def _pieces(self, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, Bytes, int]]:
        """Those of a part, within the limits."""
        size = run = 0
        for piece, text, end in part_scan.pieces(inflated(self._package, part)):
            if not size:
                _check_start(piece[part_scan.START :])
            size += end - part_scan.START
            _check_size(size, part.compress_size)
            if self._inflated + size > MAX_INFLATED:
                raise _unpacks()
            run = _longest_run(piece, end, run)
            yield piece, text, end
        self._inflated += size


def _check_start(piece: bytes) -> None:
    if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
        raise UnreadableFile("FILE_UNREADABLE", "It declares XML entities, which no workbook needs.")
    if piece.startswith(_WIDE):
        raise UnreadableFile("FILE_UNREADABLE", "Its XML is not written as UTF-8.")


def _check_size(inflated: int, packed: int) -> None:
    if inflated > MAX_INFLATED or (inflated > RATIO_FROM and inflated > MAX_RATIO * max(packed, 1)):
        raise _unpacks()


def _longest_run(piece: bytes, end: int, run: int) -> int:
    """Bytes since the last tag began. Raises UnreadableFile when a text without tags is far too long."""
    place = part_scan.START - run
    while place + MAX_STRING < end:
        tag = piece.rfind(b"<", max(place + 1, part_scan.START), place + MAX_STRING + 1)
        if tag < 0:
            raise UnreadableFile("FILE_TOO_LARGE", "A single cell holds an enormous text.")
        place = tag
    return end - max(place, piece.rfind(b"<", part_scan.START, end))


def _write_errors_as_text(package: zipfile.ZipFile, faulty: list[str], halves: Halves) -> None:
    for part in package.infolist():
        with halves.part(part) as write, package.open(part) as stream:
            rest = b""
            while chunk := stream.read(part_scan.PIECE):
                whole, bracket, begun = (rest + chunk).rpartition(b"<")
                write(_ERROR_CELL.sub(rb'\1"str"', whole) if part.filename in faulty else whole)
                rest = bracket + begun
            write(rest)


def _unpacks() -> UnreadableFile:
    return UnreadableFile("FILE_TOO_LARGE", "The workbook unpacks to far more than its own size.")
