"""Look through an xlsx package before any parser sees it: bytes are counted while inflating.

The limits are far above what a fund delivery needs and far below what would exhaust a small machine.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from ingestion.pipeline.errors import UnreadableFile

MAX_PARTS = 2_000
MAX_SHEETS = 50
MAX_INFLATED = 512 * 1024 * 1024
MAX_RATIO = 250
RATIO_FROM = 16 * 1024 * 1024
MAX_COLUMNS = 2_000
MAX_ROWS = 1_048_576
MAX_CELLS = 12_000_000
MAX_STRING = 512 * 1024
_CHUNK = 256 * 1024
_OVERLAP = 64

_REFUSED = {
    "xl/vbaproject": "FILE_HAS_MACROS",
    "xl/macrosheets/": "FILE_HAS_MACROS",
    "xl/externallinks/": "FILE_HAS_LINKS",
    "xl/embeddings/": "FILE_HAS_OBJECTS",
    "xl/activex/": "FILE_HAS_OBJECTS",
}
_CELL = (b"<c ", b"<c>", b"<c/", b"<c\n", b"<c\t", b"<c\r", b":c ", b":c>", b":c/", b":c\n", b":c\t", b":c\r")
_ROW = re.compile(rb"row\s[^<>]*?\br\s*=\s*[\"'](\d+)[\"']")
_DEEP = re.compile(rb"r\s*=\s*[\"'][A-Z]{1,3}(\d{5,})[\"']")
_WIDE = re.compile(rb"r\s*=\s*[\"']([A-Z]{3})\d+[\"']")
_COLUMN = re.compile(rb"r\s*=\s*[\"']([A-Z]{1,3})\d+[\"']")


def scan(data: bytes) -> None:
    """Raises UnreadableFile when the package is damaged, protected, active or oversized."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _scan_names(package.infolist())
            budget = MAX_INFLATED
            for part in package.infolist():
                budget -= _scan_part(package, part, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
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
        raise UnreadableFile("FILE_TOO_LARGE", f"The workbook has {sheets} sheets in {len(names)} parts.")


def _scan_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, budget: int) -> int:
    """Inflate one part in pieces and count; returns its size in bytes. Any part may be a sheet."""
    inflated = run = cells = rows = 0
    columns = 702  # ZZ: narrower than that matters only in long sheets, where it is counted exactly below
    for chunk, piece in _pieces(package, part):
        inflated += len(chunk)
        if inflated > budget or (inflated > RATIO_FROM and inflated > MAX_RATIO * max(part.compress_size, 1)):
            raise UnreadableFile("FILE_TOO_LARGE", "The workbook unpacks to far more than its own size.")
        first = chunk.find(b"<")
        run = run + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"<")
        if run > MAX_STRING:
            raise UnreadableFile("FILE_TOO_LARGE", "A single cell holds an enormous text.")
        if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
            raise UnreadableFile("FILE_UNREADABLE", "It declares XML entities, which no workbook needs.")
        cells += sum(map(chunk.count, _CELL))
        rows = max(rows, _largest(_ROW, piece), _largest(_DEEP, piece))
        columns = max(columns, _widest(_WIDE, piece))
        if cells > MAX_CELLS or columns > MAX_COLUMNS or rows > MAX_ROWS:
            raise _too_many_cells()
    if rows * columns > MAX_CELLS:
        columns = max(_widest(_COLUMN, piece) for _, piece in _pieces(package, part))
        if rows * columns > MAX_CELLS:
            raise _too_many_cells()
    return inflated


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, bytes]]:
    """The part in chunks, each also with the end of the one before so that no tag is cut in two."""
    tail = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            piece = tail + chunk
            yield chunk, piece
            tail = piece[-_OVERLAP:]


def _too_many_cells() -> UnreadableFile:
    return UnreadableFile("FILE_TOO_LARGE", "A sheet uses too many cells, or one far outside the table.")


def _largest(pattern: re.Pattern[bytes], piece: bytes) -> int:
    return max((int(found[:9]) for found in pattern.findall(piece)), default=0)


def _widest(pattern: re.Pattern[bytes], piece: bytes) -> int:
    """Number of the right-most column among those the pattern finds."""
    letters = max(pattern.findall(piece), key=lambda found: (len(found), found), default=b"")
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
