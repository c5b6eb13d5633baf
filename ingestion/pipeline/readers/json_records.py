"""JSON records keyed by field names: an array, an object that holds one, or one record a line.

Records are cut out one by one by a pattern that knows no nesting, so depth and size are bounded before the
parser sees any of them. Numbers keep their text.
"""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any

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
from ingestion.pipeline.sniff import as_utf8, encoding_of

MAX_RECORDS = 2_000_000
_CHUNK = 4_096
_BLANK = rb"[ \t\r\n]*+"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_KEY = _STRING + _BLANK + rb":" + _BLANK
_PAIR = _KEY + rb"(?:" + _STRING + rb"|[-+.\w]++)" + _BLANK
_RECORD = re.compile(rb'\{(?:[^"{}\[\]]++|' + _STRING + rb")*+\}" + _BLANK + rb",?" + _BLANK, re.DOTALL)
_START = re.compile(
    _BLANK + rb"(?:\[|\{" + _BLANK + rb"(?:" + _PAIR + rb"," + _BLANK + rb")*+" + _KEY + rb"\[)?" + _BLANK,
    re.DOTALL,
)
_ENDS = {
    b"": re.compile(rb"\Z"),
    b"[": re.compile(rb"\]" + _BLANK + rb"\Z"),
    b"{": re.compile(
        rb"\]" + _BLANK + rb"(?:," + _BLANK + _PAIR + rb")*+\}" + _BLANK + rb"\Z",
        re.DOTALL,
    ),
}
"""What must follow the records, by what the text began with."""
_NESTED = re.compile(rb'\{(?:[^"{}\[\]]++|' + _STRING + rb")*+[\[{]|\[", re.DOTALL)
_DECODER = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=list, strict=False
)
_TEXTS = {None: "", True: "TRUE", False: "FALSE"}

Record = dict[str, Any]


class JsonSource:
    """An opened JSON text. Its header are the keys of all records, in the order in which they appear."""

    kind = "json"

    def __init__(self, data: bytes) -> None:
        self.encoding: str | None = encoding_of(data)
        self.sheets: list[str] = []
        self._text = as_utf8(data, self.encoding)

    def candidates(self) -> Iterator[Candidate]:
        rows = min(self._rows, HEAD_ROWS - 1)
        cells = [[column.values[code] for code in column.codes[:rows]] for column in self._columns.values()]
        yield Candidate(None, None, [list(self._columns), *map(list, zip(*cells, strict=True))])

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        start = header_row - 1
        if start >= self._rows:
            raise UnreadableFile("FILE_EMPTY")
        columns = [Column(column.codes[start:], column.values) for column in self._columns.values()]
        return Grid(columns, self._rows - start)

    @property
    def _rows(self) -> int:
        return len(next(iter(self._columns.values())).codes) if self._columns else 0

    @cached_property
    def _columns(self) -> dict[str, Column]:
        """By key; a record without a key is blank there."""
        encoders: dict[str, Encoder] = {}
        records, count = self._records(), 0
        while chunk := list(islice(records, _CHUNK)):
            for key in dict.fromkeys(chain.from_iterable(chunk)):
                if key not in encoders:
                    encoders[key] = Encoder(count)
            if len(encoders) > MAX_COLUMNS or (count + len(chunk)) * len(encoders) > MAX_CELLS:
                raise _too_large()
            for key, encoder in encoders.items():
                encoder.add([_text(record.get(key)) for record in chunk])
            count += len(chunk)
        return {key: encoder.column() for key, encoder in encoders.items()}

    def _records(self) -> Iterator[Record]:
        """All records; raises UnreadableFile at the first that is none."""
        opening = _START.match(self._text)
        place = opening.end() if opening else 0
        start = self._text[:place].strip()
        end = _ENDS[start[:1]] if start.endswith(b"[") else _ENDS[b""]
        count = 0
        while found := _RECORD.match(self._text, place):
            place = found.end()
            count += 1
            if place - found.start() > MAX_RECORD or count > MAX_RECORDS:
                raise _too_large()
            yield _record(found[0])
        if not end.match(self._text, place):
            if _NESTED.match(self._text, place):
                raise UnreadableFile(
                    "FILE_NESTED", said("Record {number} holds a list or an object.", number=count + 1)
                )
            raise UnreadableFile(
                "FILE_UNREADABLE", said("Its JSON is broken after {count} records.", count=count)
            )


def _record(text: bytes) -> Record:
    try:
        pairs: list[tuple[str, Any]] = _DECODER.decode(text.rstrip(b" \t\r\n,").decode("utf-8", "replace"))
    except ValueError as error:
        raise UnreadableFile("FILE_UNREADABLE", "A record is not valid JSON.") from error
    record = dict(pairs)
    if len(record) < len(pairs):
        raise UnreadableFile("FILE_UNREADABLE", "A record holds the same key twice.")
    return record


def _text(value: Any) -> str:
    return value if value.__class__ is str else _TEXTS[value]


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        "FILE_TOO_LARGE", "It holds too many records or keys, or a record that is far too long."
    )
