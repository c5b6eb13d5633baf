"""Delimited text: `;`, `,`, `|` or tab, any usual encoding, title and blank lines before the header.

It is held as UTF-8 bytes and decoded line by line: a text in memory takes up to four bytes per character.
"""

import csv
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, zip_longest

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingestion.pipeline.arrays import compute, from_integers, text_bytes
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.source import (
    HEAD_ROWS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_RECORD,
    Candidate,
    Column,
    Encoder,
    Grid,
)
from ingestion.pipeline.sentences import said
from ingestion.pipeline.sniff import DELIMITERS, as_utf8, encoding_of

_CHUNK = 4_096
_LARGE = 1 << 25
"""Bytes of a text whose cells are encoded while it is read, block by block."""
_BLOCK = 1 << 24
_SMALL_BLOCK = 1 << 22
_THREADS = 2
_TAIL = b"\r\n\x1a\x00"
"""Line ends, and what older systems write behind the last of them."""
_SEP_LINE = re.compile(rb'^"?sep=([;,|\t])"?[ ;,|\t]*$', re.IGNORECASE)


class CsvSource:
    """An opened delimited text."""

    kind = "csv"

    def __init__(self, data: bytes) -> None:
        self.encoding: str | None = encoding_of(data)
        self.sheets: list[str] = []
        text = as_utf8(data, self.encoding)
        # A copy of the text is made only where it must be changed: it may have 100 MB.
        if b"\r" in text and _lone_returns(text):
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._text = text
        self._end = len(text)
        while self._end and text[self._end - 1] in _TAIL:
            self._end -= 1

    def candidates(self) -> Iterator[Candidate]:
        declared = _SEP_LINE.match(self._text[:100].partition(b"\n")[0].rstrip(b"\r"))
        for delimiter in declared[1].decode() if declared else DELIMITERS:
            if self._text.find(delimiter.encode(), 0, self._end) >= 0:
                rows = islice(_Rows(self._text, self._end, delimiter), HEAD_ROWS)
                yield Candidate(None, delimiter, [row[:MAX_COLUMNS] for row in rows])

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        delimiter = delimiter or ";"
        rows = _Rows(self._text, self._end, delimiter)
        header: list[str] = next(islice(rows, header_row - 1, None), [])
        width = len(header)
        start = rows.position
        if start >= self._end:
            raise UnreadableFile("FILE_EMPTY")
        lines = self._text.count(b"\n", start, self._end) + 1
        if width > MAX_COLUMNS or lines * width > MAX_CELLS:
            raise UnreadableFile(
                "FILE_TOO_LARGE",
                said("It has {lines} lines and {columns} columns.", lines=lines, columns=width),
            )
        columns = self._fast(start, delimiter, width, line_ends=False)
        quoted = self._text.find(b'"', start, self._end) >= 0
        if quoted and (columns is None or len(columns[0].codes) < lines):
            columns = self._fast(start, delimiter, width, line_ends=True)
        if columns is not None and len(columns[0].codes) < lines:
            if b"\r" in self._text:
                # A cell has several lines, which end in one way however those of the file do.
                return CsvSource(self._text.replace(b"\r\n", b"\n")).grid(sheet, delimiter, header_row)
            if any(_joined(column, delimiter, width) for column in columns):
                columns = None
        if columns is not None:
            return Grid(columns, len(columns[0].codes))
        return self._careful(start, delimiter, width)

    def _fast(self, start: int, delimiter: str, width: int, line_ends: bool) -> list[Column] | None:
        """Arrow's reader for regular content; None when rows are blank, ragged or oddly quoted.

        Without `line_ends` in cells the text is cut into blocks at any of them, which spares a pass over it.
        A cell that was cut is lost without a word, so this holds only if there are as many rows as lines.
        """
        if width < 2:  # a blank row would be a row as it should be
            return None
        names = [str(i) for i in range(width)]
        quoted = self._text.find(b'"', start, self._end) >= 0
        large = self._end - start > _LARGE
        # Texts are faster encoded once they all stand; of a large file they would take too much memory.
        texts = pa.dictionary(pa.int32(), pa.string()) if large else pa.string()
        try:
            table = arrow_csv.read_csv(
                pa.py_buffer(memoryview(self._text)[start : self._end]),
                read_options=arrow_csv.ReadOptions(
                    column_names=names, block_size=_BLOCK if large else _SMALL_BLOCK
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=delimiter,
                    quote_char='"' if quoted else False,
                    newlines_in_values=line_ends,
                    ignore_empty_lines=False,
                ),
                convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, texts)),
            )
        except pa.ArrowInvalid:
            return None
        waiting = table.columns[::-1]
        del table
        columns = []
        if large:
            while waiting:  # each is let go before the next is joined
                columns.append(_column(waiting.pop().unify_dictionaries().combine_chunks()))
            # What reading needed beside the columns is worth giving back.
            pa.default_memory_pool().release_unused()
        else:
            with ThreadPoolExecutor(_THREADS) as threads:  # Arrow lets go of the interpreter while it encodes
                columns = list(threads.map(_encoded, waiting[::-1]))
        return columns

    def _careful(self, start: int, delimiter: str, width: int, quoted: bool = True) -> Grid:
        """Row by row: blank lines keep their place, short rows are filled up, long ones noted."""
        rows = _Rows(self._text, self._end, delimiter, start, quoted)
        encoders = [Encoder() for _ in range(width)]
        too_wide: list[int] = []
        count = 0
        while chunk := list(islice(rows, _CHUNK)):
            if quoted and any(delimiter in cell and "\n" in cell for row in chunk for cell in row):
                # A quote sign that is part of the text has swallowed whole lines: here quotes mean nothing.
                return self._careful(start, delimiter, width, quoted=False)
            too_wide += [
                i
                for i, row in enumerate(chunk, count)
                if len(row) > width and any(map(str.strip, row[width:]))
            ]
            count += len(chunk)
            filled = list(zip_longest(*(row[:width] for row in chunk), fillvalue=""))
            filled += [("",) * len(chunk)] * (width - len(filled))
            for encoder, cells in zip(encoders, filled, strict=True):
                encoder.add(cells)
        return Grid([encoder.column() for encoder in encoders], count, too_wide)


def _lone_returns(text: bytes) -> bool:
    """Whether a carriage return stands without a line feed."""
    letters = np.frombuffer(text, np.uint8)
    after = np.flatnonzero(letters == ord("\r")) + 1
    return bool((letters.take(after, mode="clip") != ord("\n")).any())


class _Rows:
    """Rows of the text from a position on up to its end. `position` is where the next row begins."""

    def __init__(self, text: bytes, end: int, delimiter: str, position: int = 0, quoted: bool = True) -> None:
        self.position = position
        self._text = text
        self._end = end
        self._size = 0
        csv.field_size_limit(MAX_RECORD)
        self._reader = csv.reader(
            self._lines(), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
        )

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        self._size = 0
        try:
            return next(self._reader)
        except csv.Error as error:
            raise _too_long() from error

    def _lines(self) -> Iterator[str]:
        """One at a time; a row between quotes may take several, yet only so many characters."""
        while self.position < self._end:
            start = self.position
            self.position = self._text.find(b"\n", start, self._end) + 1 or self._end
            self._size += self.position - start
            if self._size > MAX_RECORD:
                raise _too_long()
            yield self._text[start : self.position].decode("utf-8", "replace").replace("\r\n", "\n")


def _encoded(texts: pa.ChunkedArray) -> Column:
    return _column(compute("dictionary_encode", texts.combine_chunks(), None))


def _column(array: pa.DictionaryArray) -> Column:
    return Column(from_integers(array.indices), array.dictionary)


def _joined(column: Column, delimiter: str, width: int) -> bool:
    """Whether a stray quote that ends at the next one in its column made one row of several."""
    if not (text_bytes(column.texts)[0] == ord("\n")).any():
        return False
    return any("\n" in value and value.count(delimiter) >= width - 1 for value in column.values)


def _too_long() -> UnreadableFile:
    return UnreadableFile(
        "FILE_UNREADABLE", "A row is far too long; a line end or a closing quote may be missing."
    )
