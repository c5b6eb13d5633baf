"""Delimited text: `;`, `,`, `|` or tab, any usual encoding, title and blank lines before the header.

It is held as UTF-8 bytes and decoded line by line: a text in memory takes up to four bytes per character.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice, zip_longest

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingestion.pipeline.arrays import from_integers
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
from ingestion.pipeline.sniff import DELIMITERS, as_utf8, encoding_of

_CHUNK = 4_096
_BLOCK = 1 << 24
"""Bytes that are encoded together; what repeats in several blocks must be joined afterwards."""
_SEP_LINE = re.compile(rb'^"?sep=([;,|\t])"?[ ;,|\t]*$', re.IGNORECASE)


class CsvSource:
    """An opened delimited text."""

    kind = "csv"

    def __init__(self, data: bytes) -> None:
        self.encoding: str | None = encoding_of(data)
        self.sheets: list[str] = []
        text = as_utf8(data, self.encoding)
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._text = text.rstrip(b"\n")

    def candidates(self) -> Iterator[Candidate]:
        declared = _SEP_LINE.match(self._text[:100].partition(b"\n")[0])
        for delimiter in declared[1].decode() if declared else DELIMITERS:
            if delimiter.encode() in self._text:
                rows = islice(_Rows(self._text, delimiter), HEAD_ROWS)
                yield Candidate(None, delimiter, [row[:MAX_COLUMNS] for row in rows])

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        delimiter = delimiter or ";"
        rows = _Rows(self._text, delimiter)
        header: list[str] = next(islice(rows, header_row - 1, None), [])
        width = len(header)
        start = rows.position
        if start >= len(self._text):
            raise UnreadableFile("FILE_EMPTY")
        lines = self._text.count(b"\n", start) + 1
        if width > MAX_COLUMNS or lines * width > MAX_CELLS:
            raise UnreadableFile("FILE_TOO_LARGE", f"It has {lines:,} lines and {width:,} columns.")
        columns = self._fast(start, delimiter, width)
        if columns is not None:
            return Grid(columns, len(columns[0].codes))
        return self._careful(start, delimiter, width)

    def _fast(self, start: int, delimiter: str, width: int) -> list[Column] | None:
        """Arrow's reader for regular content; None when rows are blank, ragged or oddly quoted."""
        if width < 2 or self._text.find(b"\n\n", start - 1) >= 0:
            return None
        names = [str(i) for i in range(width)]
        quoted = self._text.find(b'"', start) >= 0
        encoded = pa.dictionary(pa.int32(), pa.string())  # no cell is ever a string of its own
        try:
            table = arrow_csv.read_csv(
                pa.py_buffer(memoryview(self._text)[start:]),
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
                ),
                convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, encoded)),
            )
        except pa.ArrowInvalid:
            return None
        table = table.unify_dictionaries().combine_chunks()
        columns = []
        for chunked in table.columns:
            array = chunked.chunk(0)
            columns.append(Column(from_integers(array.indices), array.dictionary.to_pylist()))
        return columns

    def _careful(self, start: int, delimiter: str, width: int, quoted: bool = True) -> Grid:
        """Row by row: blank lines keep their place, short rows are filled up, long ones noted."""
        rows = _Rows(self._text, delimiter, start, quoted)
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


class _Rows:
    """Rows of the text from a position on. `position` is where the next row begins."""

    def __init__(self, text: bytes, delimiter: str, position: int = 0, quoted: bool = True) -> None:
        self.position = position
        self._text = text
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
        while self.position < len(self._text):
            start = self.position
            self.position = self._text.find(b"\n", start) + 1 or len(self._text)
            self._size += self.position - start
            if self._size > MAX_RECORD:
                raise _too_long()
            yield self._text[start : self.position].decode("utf-8", "replace")


def _too_long() -> UnreadableFile:
    return UnreadableFile(
        "FILE_UNREADABLE", "A row is far too long; a line end or a closing quote may be missing."
    )
