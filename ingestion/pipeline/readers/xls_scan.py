"""Look through a legacy workbook before the parser does: it reserves whatever size the records announce.

Layout: [MS-CFB] for the container, [MS-XLS] for the records. Limits are those of zip_scan.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.zip_scan import MAX_CELLS, MAX_SHEETS

MAX_COLUMNS = 256
_LAST = 0xFFFFFFFA
"""Sector numbers from here on end a chain or mark a free sector."""
_BOF, _SHEET, _DIMENSIONS, _ERROR, _FORMULA = 0x0809, 0x0085, 0x0200, 0x0205, 0x0006
_CELLS = frozenset([0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD])


_ERRORS = dict(
    zip(
        (0x00, 0x07, 0x0F, 0x17, 0x1D, 0x24, 0x2A),
        ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"),
        strict=True,
    )
)

Faults = dict[int, list[tuple[int, int, str]]]
"""By number of the sheet: row, column and text of cells that hold an error."""


def scan(data: bytes) -> Faults:
    """Cells that hold an error such as #N/A: the parser would make blanks of them.

    Raises UnreadableFile when the container is damaged, or its sheets are larger than can be checked.
    """
    try:
        return _check_records(_workbook(data))
    except (struct.error, IndexError, ValueError) as error:
        raise UnreadableFile("FILE_UNREADABLE") from error


def _workbook(data: bytes) -> bytes:
    """The stream of that name."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")
    table_sectors, directory = struct.unpack_from("<II", data, 44)
    small_limit, small_start = struct.unpack_from("<II", data, 56)
    more, _ = struct.unpack_from("<II", data, 68)
    listed = list(struct.unpack_from("<109I", data, 76))
    for sector in islice(_more(data, size, more), len(data) // size):
        listed += sector
    listed = [number for number in listed if number < _LAST]
    if len(listed) * size > len(data) + size or table_sectors > len(listed):
        raise ValueError("allocation table")
    table = [n for number in listed for n in struct.unpack(f"<{size // 4}I", _sector(data, size, number))]
    entries = _stream(data, size, table, directory)
    # Short streams lie in a store of their own. Read in any case: the parser follows these chains too.
    small = _stream(data, size, table, small_start)
    inner = list(struct.unpack(f"<{len(small) // 4}I", small))
    store = _stream(data, size, table, struct.unpack_from("<I", entries, 116)[0])
    for place in range(0, len(entries) - 127, 128):
        name = entries[place : place + 64].decode("utf-16-le", "replace").rstrip("\0")
        if name.lower() in ("workbook", "book"):
            start, length = struct.unpack_from("<II", entries, place + 116)
            if length >= small_limit:
                return _stream(data, size, table, start)[:length]
            return _stream(store, 64, inner, start, 0)[:length]
    raise ValueError("no workbook")


def _more(data: bytes, size: int, number: int) -> Iterator[tuple[int, ...]]:
    """Further lists of the table's sectors, each ending with the place of the next."""
    while number < _LAST:
        *listed, number = struct.unpack(f"<{size // 4}I", _sector(data, size, number))
        yield tuple(listed)


def _sector(data: bytes, size: int, number: int, start: int | None = None) -> bytes:
    begin = (size if start is None else start) + number * size
    sector = data[begin : begin + size]
    if not sector:
        raise ValueError("sector outside the file")
    return sector.ljust(size, b"\0")


def _stream(data: bytes, size: int, table: list[int], number: int, start: int | None = None) -> bytes:
    """The sectors of a chain; one that returns to itself is damaged."""
    sectors = []
    while number < _LAST:
        sectors.append(_sector(data, size, number, start))
        if len(sectors) > len(table):
            raise ValueError("endless chain")
        number = table[number]
    return b"".join(sectors)


def _check_records(book: bytes) -> Faults:
    place = columns = rows = 0
    begins: list[int] = []
    sheet = -1
    faults: Faults = {}
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, place)
        place += 4
        if kind == _BOF:
            columns = rows = 0
            sheet = begins.index(place - 4) if place - 4 in begins else -1
        elif kind == _SHEET and length >= 4 and len(begins) < MAX_SHEETS:
            begins.append(struct.unpack_from("<I", book, place)[0])
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", book, place)
            if kind in (_ERROR, _FORMULA) and (text := _error(kind, book[place + 6 : place + length])):
                faults.setdefault(sheet, []).append((row, column, text))
            if kind in (0x00BD, 0x00BE):  # several cells of a row; the last column stands at the end
                column = max(column, struct.unpack_from("<H", book, place + length - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _DIMENSIONS and length >= 10:
            _, last, _, right = struct.unpack_from("<IIHH" if length >= 14 else "<HHHH", book, place)
            _check_extent(last, right)
        if rows * columns > MAX_CELLS or columns > MAX_COLUMNS:
            _check_extent(rows, columns)
        place += length
    return faults


def _error(kind: int, result: bytes) -> str | None:
    """The text of a cell's error; None when it holds none."""
    if kind == _ERROR:
        return _ERRORS.get(result[0], "#N/A") if result[1:2] == b"\1" else None
    return _ERRORS.get(result[2], "#N/A") if result[:1] == b"\2" and result[6:8] == b"\xff\xff" else None


def _check_extent(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise UnreadableFile("FILE_TOO_LARGE", "A sheet uses too many cells, or one far outside the table.")
