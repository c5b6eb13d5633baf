"""Delimited text: `;`, `,`, `|` or tab, any usual encoding, title and blank lines before the header."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.source import HEAD_ROWS, Candidate, Column, Grid, encode
from ingestion.pipeline.sniff import DELIMITERS, decode, encoding_of

MAX_COLUMNS = 2_000
MAX_CELL = 1_000_000
_SEP_LINE = re.compile(r'^"?sep=([;,|\t])"?\s*$', re.IGNORECASE)


class CsvSource:
    """An opened delimited text."""

    kind = "csv"

    def __init__(self, data: bytes) -> None:
        self.encoding: str | None = encoding_of(data)
        text = decode(data)
        if text is None:
            raise UnreadableFile("FILE_NOT_A_TABLE")
        text = text.removeprefix("\ufeff")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._text = text

    def candidates(self) -> Iterator[Candidate]:
        declared = _SEP_LINE.match(self._text.split("\n", 1)[0])
        for delimiter in declared[1] if declared else DELIMITERS:
            if delimiter in self._text:
                with _coded():
                    head = list(islice(_reader(self._text, delimiter), HEAD_ROWS))
                yield Candidate(None, delimiter, head)

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int) -> Grid:
        delimiter = delimiter or ";"
        reader = _reader(self._text, delimiter)
        with _coded():
            header: list[str] = next(islice(reader, header_row - 1, None), [])
        width = len(header)
        if width > MAX_COLUMNS:
            raise UnreadableFile("FILE_TOO_LARGE", f"It has {width} columns.")
        # The header may take more lines than rows: line_num counts what the reader has used up.
        body = self._text.split("\n", reader.line_num)[reader.line_num :]
        text = body[0].rstrip("\n") if body else ""
        if not text.strip():
            raise UnreadableFile("FILE_EMPTY")
        columns = self._fast(text, delimiter, width)
        if columns is not None:
            return Grid(columns, len(columns[0].codes))
        return self._careful(text, delimiter, width)

    @staticmethod
    def _fast(text: str, delimiter: str, width: int) -> list[Column] | None:
        """Arrow's reader for regular content; None when rows are blank, ragged or oddly quoted."""
        if "\n\n" in text or width < 2:
            return None
        names = [str(i) for i in range(width)]
        quoted = '"' in text
        try:
            table = arrow_csv.read_csv(
                pa.py_buffer(text.encode()),
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 22),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
                ),
                convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            return None
        columns = []
        for chunked in table.columns:
            array = chunked.combine_chunks().dictionary_encode()
            if isinstance(array, pa.ChunkedArray):
                array = array.combine_chunks()
            indices = array.indices
            codes = np.frombuffer(indices.buffers()[1], np.int32, len(indices), indices.offset * 4)
            columns.append(Column(codes, array.dictionary.to_pylist()))
        return columns

    @staticmethod
    def _careful(text: str, delimiter: str, width: int) -> Grid:
        """Row by row: blank lines keep their place, short rows are filled up, long ones noted."""
        with _coded():
            rows = list(_reader(text, delimiter))
            if any(delimiter in cell and "\n" in cell for row in rows for cell in row):
                # A quote sign that is part of the text has swallowed whole lines: here quotes mean nothing.
                rows = list(_reader(text, delimiter, quoted=False))
        too_wide = [i for i, row in enumerate(rows) if len(row) > width and any(map(str.strip, row[width:]))]
        cells = list(zip_longest(*(row[:width] for row in rows), fillvalue=""))
        cells += [("",) * len(rows)] * (width - len(cells))
        return Grid([encode(column) for column in cells], len(rows), too_wide)


def _reader(text: str, delimiter: str, quoted: bool = True) -> Any:
    """A csv reader over the text; its class has no public name."""
    csv.field_size_limit(MAX_CELL)
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )


@contextmanager
def _coded() -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        hint = "A cell is far too long; a closing quote may be missing."
        raise UnreadableFile("FILE_UNREADABLE", hint) from error
