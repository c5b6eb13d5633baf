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
MAX_CELLS = 10_000_000
MAX_STRING = 512 * 1024
MAX_TEXT = 256 * 1024 * 1024
"""Bytes of all texts in the cells; a shared text counts as often as it is used: the parser copies it."""
_CHUNK = 256 * 1024
_OVERLAP = 64

_TEXTS = "xl/sharedstrings.xml"
_REFUSED = {
    "xl/vbaproject": "FILE_HAS_MACROS",
    "xl/macrosheets/": "FILE_HAS_MACROS",
    "xl/externallinks/": "FILE_HAS_LINKS",
    "xl/embeddings/": "FILE_HAS_OBJECTS",
    "xl/activex/": "FILE_HAS_OBJECTS",
}
_COUNT_FROM = 40 * 1024 * 1024
"""A smaller part cannot hold MAX_CELLS: the shortest cell takes four bytes."""
_LONG = 10_000
"""Rows up to which the columns need no closer look."""
_REF = rb"r\s*=\s*[\"']"
_ROW = re.compile(rb"row\s[^<>]*?\b" + _REF + rb"(\d+)")
_CELL = re.compile(_REF + rb"([A-Za-z]{1,9})(\d{1,9})")
_ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)(?:\"e\"|'e')")
_SHARED_TEXT = re.compile(rb"<(?:\w+:)?si\b[^<>]*>")
_USE = re.compile(rb"[<:]v\b[^<>]*>\s*(\d{1,7})\s*<")
_SHORTEST_CELL = 20


def scan(data: bytes) -> bytes:
    """The package, with error cells such as #N/A as text: the parser would make blanks of them.

    Raises UnreadableFile when it is damaged, protected, active or oversized.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _scan_names(package.infolist())
            budget = MAX_INFLATED
            for part in package.infolist():
                budget -= _scan_part(package, part, budget)
            sheets = [part for part in package.infolist() if part.filename.lower() != _TEXTS]
            _check_texts(package, sheets)
            return _errors_as_text(package, sheets, data)
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
    inflated = run = rows = 0
    outside = _outside(_LONG)
    far = False
    for chunk, piece in _pieces(package, part):
        if not inflated and (b"<!ENTITY" in piece or b"<!DOCTYPE" in piece):
            raise UnreadableFile("FILE_UNREADABLE", "It declares XML entities, which no workbook needs.")
        inflated += len(chunk)
        if inflated > budget or (inflated > RATIO_FROM and inflated > MAX_RATIO * max(part.compress_size, 1)):
            raise UnreadableFile("FILE_TOO_LARGE", "The workbook unpacks to far more than its own size.")
        first = chunk.find(b"<")
        run = run + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"<")
        if run > MAX_STRING:
            raise UnreadableFile("FILE_TOO_LARGE", "A single cell holds an enormous text.")
        rows = max(rows, *map(int, _ROW.findall(piece)), 0)
        far = far or outside.search(piece) is not None
    if inflated >= _COUNT_FROM:
        cells = sum(chunk.count(b"<c") + chunk.count(b":c") for chunk, _ in _pieces(package, part))
        if cells > MAX_CELLS:
            raise _too_many_cells()
    if far or rows > _LONG:
        _check_extent(package, part, rows)
    return inflated


def _check_texts(package: zipfile.ZipFile, sheets: list[zipfile.ZipInfo]) -> None:
    """A short file can name one long text in a million cells."""
    parts = [part for part in package.infolist() if part.filename.lower() == _TEXTS]
    sizes = [len(text) for part in parts for text in _SHARED_TEXT.split(package.read(part))[1:]]
    cells = sum(part.file_size for part in sheets) // _SHORTEST_CELL
    if max(sizes, default=0) * cells <= MAX_TEXT:
        return
    total = 0
    for part in sheets:
        for _, piece in _pieces(package, part):
            # Plain numbers are taken for uses too: too many rather than too few.
            total += sum(sizes[use] for use in map(int, _USE.findall(piece)) if use < len(sizes))
            if total > MAX_TEXT:
                raise UnreadableFile("FILE_TOO_LARGE", "A very long text is repeated in a great many cells.")


def _errors_as_text(package: zipfile.ZipFile, sheets: list[zipfile.ZipInfo], data: bytes) -> bytes:
    """Packed anew only when a sheet has error cells."""
    if not any(_ERROR_CELL.search(piece) for part in sheets for _, piece in _pieces(package, part)):
        return data
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as changed:
        for part in package.infolist():
            with changed.open(part.filename, "w") as target:
                rest = b""
                for chunk, _ in _pieces(package, part):
                    whole, bracket, begun = (rest + chunk).rpartition(b"<")
                    target.write(_ERROR_CELL.sub(rb'\1"str"', whole) if part in sheets else whole)
                    rest = bracket + begun
                target.write(rest)
    return sink.getvalue()


def _check_extent(package: zipfile.ZipFile, part: zipfile.ZipInfo, rows: int) -> None:
    """The rectangle the cells span is what a parser reserves, however few cells there are."""
    if rows > MAX_ROWS:
        raise _too_many_cells()
    outside = _outside(max(rows, _LONG))
    if not any(outside.search(piece) for _, piece in _pieces(package, part)):
        return
    # Cells beyond what the row tags announce, or many columns: look at every single one.
    columns = 0
    for _, piece in _pieces(package, part):
        for letters, digits in _CELL.findall(piece):
            columns = max(columns, _column_number(letters))
            rows = max(rows, int(digits))
        if columns > MAX_COLUMNS or rows > MAX_ROWS or rows * columns > MAX_CELLS:
            raise _too_many_cells()


def _outside(rows: int) -> re.Pattern[bytes]:
    """Finds a cell below `rows`, or right of the columns that so many rows may have."""
    columns = min(MAX_COLUMNS, MAX_CELLS // rows)
    first, second = divmod(columns - 1, 26)
    wide = [rb"[A-Z]{3,}"]
    if columns <= 26:
        wide += [rb"[A-Z]{2}"] + ([rb"[%c-Z]" % (66 + second)] if second < 25 else [])
    elif columns <= 702:
        wide += [rb"[%c-Z][A-Z]" % (65 + first)] if first < 26 else []
        wide += [rb"%c[%c-Z]" % (64 + first, 66 + second)] if second < 25 else []
    digits = b"%d" % rows
    deep = [rb"\d{%d,}" % (len(digits) + 1)]
    for i, digit in enumerate(digits):
        if digit < ord("9"):
            deep.append(digits[:i] + rb"[%c-9]\d{%d}" % (digit + 1, len(digits) - i - 1))
    right, below = b"|".join(wide), b"|".join(deep)
    return re.compile(_REF + rb"(?:(?:%b)\d|[A-Z]{1,2}(?:%b)[\"'])" % (right, below), re.IGNORECASE)


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


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
