"""A parsed delivery: text cells by field, dictionary-encoded, and its Parquet form between two steps."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import dictionary, from_integers, integers
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.header_rows import header_note, header_rows
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.readers import Source, open_source
from ingestion.pipeline.readers.source import Codes, Column, blank_column, merged
from ingestion.pipeline.remark_rows import remark_note, remark_rows

ROW = "__row__"
META = b"fundgate"
ROW_GROUP = 5_000
"""Rows that are stored together: of a large delivery a page reads a few of these groups."""


@dataclass(frozen=True)
class Part:
    """The rows of one file of a zip, from `start` on; a plain file is one part without name."""

    name: str
    start: int
    rows: int


@dataclass(frozen=True)
class Delivery:
    """The rows of a file, or of the files of a zip one below the other.

    `row_numbers` are 1-based below the header of each part; blank rows are left out but counted.
    """

    inspection: Inspection
    row_numbers: Codes
    columns: dict[str, Column]
    too_wide: list[int] = field(default_factory=list)
    """Positions of rows with more cells than the header: what they hold is shifted."""
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.parts:
            self.parts.append(Part("", 0, len(self.row_numbers)))

    def files(self) -> Column:
        """Per row the name of the file it came from; "" for a plain file."""
        sizes = [part.rows for part in self.parts]
        return Column(
            np.repeat(np.arange(len(sizes), dtype=np.int32), sizes), [part.name for part in self.parts]
        )

    @property
    def template(self) -> str:
        return self.inspection.template

    @property
    def version(self) -> str:
        return self.inspection.version

    @property
    def decimal(self) -> str:
        return self.inspection.decimal

    def to_parquet(self) -> bytes:
        """Zstandard-compressed Parquet with the inspection in its metadata, in groups of ROW_GROUP rows.

        The smallest and largest row number of each group stand in the footer.
        """
        from pyarrow import parquet  # imported here: only the step that hands over to the next one needs it

        meta = json.dumps(
            {"inspection": self.inspection.to_json(), "too_wide": self.too_wide}
            | {"parts": [asdict(part) for part in self.parts]}
        )
        text = pa.dictionary(pa.int32(), pa.string())
        schema = pa.schema([(ROW, pa.int32()), *((name, text) for name in self.columns)], {META: meta})
        sink = pa.BufferOutputStream()
        with parquet.ParquetWriter(sink, schema, compression="zstd", write_statistics=[ROW]) as writer:
            for start in range(0, len(self.row_numbers), ROW_GROUP):
                writer.write_table(self._group(start, schema))
        return bytes(sink.getvalue())

    def _group(self, start: int, schema: pa.Schema) -> pa.Table:
        stop = min(start + ROW_GROUP, len(self.row_numbers))
        pieces = [column.piece(start, stop) for column in self.columns.values()]
        arrays = [integers(self.row_numbers[start:stop])]
        arrays += [dictionary(piece.codes, piece.texts) for piece in pieces]
        return pa.Table.from_arrays(arrays, schema=schema)

    @classmethod
    def from_parquet(cls, data: bytes) -> "Delivery":
        """The reverse of `to_parquet`."""
        from pyarrow import parquet

        table = parquet.ParquetFile(pa.BufferReader(data)).read()
        meta = json.loads(table.schema.metadata[META])
        table = table.unify_dictionaries().combine_chunks()
        columns = {}
        for name in table.column_names[1:]:
            array = table.column(name).chunk(0)
            columns[name] = Column(from_integers(array.indices), array.dictionary)
        numbers = from_integers(table.column(ROW).chunk(0))
        parts = [Part(**part) for part in meta["parts"]]
        return cls(Inspection.from_json(meta["inspection"]), numbers, columns, meta["too_wide"], parts)


def cells_of(data: bytes) -> int:
    """How many cells `from_parquet` would read, by the footer alone: nothing is decoded."""
    from pyarrow import parquet

    told = parquet.read_metadata(pa.BufferReader(data))
    return int(told.num_rows) * (int(told.num_columns) - 1)  # one column holds the row numbers


def parse_file(data: bytes, inspection: Inspection, pack: Pack | None = None) -> Delivery:
    """Read the table an inspection found, of its template unless a `pack` is given. Raises UnreadableFile."""
    return parse_source(open_source(data), inspection, pack)


def parse_source(source: Source, inspection: Inspection, pack: Pack | None = None) -> Delivery:
    """Read the table an inspection found in an opened file; of a zip all tables it chose. UnreadableFile."""
    chosen = [member for member in getattr(inspection, "members", []) if member["checked"]]
    pack = pack or find_pack(inspection.template, inspection.version)
    if not chosen:
        return _read(source, inspection, pack)
    tables = {}
    for member in chosen:
        try:
            tables[member["name"]] = _read(source, of_member(inspection, member), pack, member["name"])
        except UnreadableFile as error:
            if error.code != "FILE_EMPTY":
                raise
            tables[member["name"]] = Delivery(inspection, np.zeros(0, np.int32), {})
    return stacked(inspection, tables)


def stacked(inspection: Inspection, tables: dict[str, Delivery]) -> Delivery:
    """The rows of several files of one template, by name, one below the other. Raises UnreadableFile."""
    parts: list[Part] = []
    too_wide: list[int] = []
    start = 0
    for name, table in tables.items():
        parts.append(Part(name, start, len(table.row_numbers)))
        too_wide += [start + position for position in table.too_wide]
        start += len(table.row_numbers)
    if not start:
        raise UnreadableFile("FILE_EMPTY")
    columns = {}
    for key in dict.fromkeys(key for table in tables.values() for key in table.columns):
        columns[key] = merged(
            [table.columns.get(key) or blank_column(len(table.row_numbers)) for table in tables.values()]
        )
    numbers = np.concatenate([table.row_numbers for table in tables.values()])
    notes = {note["text"]: note for table in tables.values() for note in table.inspection.notes}
    notes |= {note["text"]: note for note in inspection.notes}
    return Delivery(replace(inspection, notes=list(notes.values())), numbers, columns, too_wide, parts)


def of_member(inspection: Inspection, member: dict[str, Any]) -> Inspection:
    """The inspection of one file of a zip."""
    form = {key: member[key] for key in ("sheet", "delimiter", "decimal", "header_row", "mapped")}
    return replace(inspection, **form)


def _read(source: Source, inspection: Inspection, pack: Pack, member: str = "") -> Delivery:
    grid = source.grid(inspection.sheet, inspection.delimiter, inspection.header_row, member)
    rows = _filled_rows(grid.columns, grid.rows)
    if not len(rows):
        raise UnreadableFile("FILE_EMPTY")
    columns = {key: grid.columns[i] for key, i in inspection.mapped.items() if i < len(grid.columns)}
    if again := header_rows(inspection.template, columns):
        rows = np.setdiff1d(rows, again)
        if not len(rows):
            raise UnreadableFile("FILE_EMPTY")
        inspection = replace(inspection, notes=[*inspection.notes, header_note(len(again))])
    if remarks := remark_rows(pack, columns, rows):
        rows = np.setdiff1d(rows, remarks)
        left_out = remark_note([row + 1 for row in remarks])
        inspection = replace(inspection, notes=[*inspection.notes, left_out])
    if len(rows) < grid.rows:
        columns = {key: column.take(rows) for key, column in columns.items()}
    too_wide = np.searchsorted(rows, np.intersect1d(rows, grid.too_wide, assume_unique=True)).tolist()
    return Delivery(inspection, (rows + 1).astype(np.int32), columns, too_wide)


def _filled_rows(columns: list[Column], count: int) -> npt.NDArray[np.intp]:
    """Positions of rows in which any cell holds something."""
    filled = np.zeros(count, np.bool_)
    for column in columns:
        column = column.trimmed()
        filled |= column.spread(~column.empty)
        if filled.all():
            break
    return np.flatnonzero(filled)
