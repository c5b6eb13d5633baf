"""A parsed delivery: text cells by field, dictionary-encoded, and its Parquet form between two steps."""

import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import dictionary, from_integers, integers
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.readers import Source, open_source
from ingestion.pipeline.readers.source import Codes, Column

_ROW = "__row__"
_META = b"fundgate"


@dataclass(frozen=True)
class Delivery:
    """The rows of a file. `row_numbers` are 1-based below the header; blank rows are left out but counted."""

    inspection: Inspection
    row_numbers: Codes
    columns: dict[str, Column]
    too_wide: list[int] = field(default_factory=list)
    """Row numbers with more cells than the header: what they hold is shifted."""

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
        """Zstandard-compressed Parquet with the inspection in its metadata."""
        from pyarrow import parquet  # imported here: only the step that hands over to the next one needs it

        names = [_ROW, *self.columns]
        arrays = [integers(self.row_numbers)]
        arrays += [dictionary(column.codes, column.values) for column in self.columns.values()]
        table = pa.Table.from_arrays(arrays, names=names)
        meta = json.dumps({"inspection": self.inspection.to_json(), "too_wide": self.too_wide})
        sink = pa.BufferOutputStream()
        parquet.write_table(table.replace_schema_metadata({_META: meta}), sink, compression="zstd")
        return bytes(sink.getvalue())

    @classmethod
    def from_parquet(cls, data: bytes) -> "Delivery":
        """The reverse of `to_parquet`."""
        from pyarrow import parquet

        table = parquet.ParquetFile(pa.BufferReader(data)).read()
        meta = json.loads(table.schema.metadata[_META])
        table = table.unify_dictionaries().combine_chunks()
        columns = {}
        for name in table.column_names[1:]:
            array = table.column(name).chunk(0)
            columns[name] = Column(from_integers(array.indices), array.dictionary.to_pylist())
        numbers = from_integers(table.column(_ROW).chunk(0))
        return cls(Inspection.from_json(meta["inspection"]), numbers, columns, meta["too_wide"])


def parse_file(data: bytes, inspection: Inspection) -> Delivery:
    """Read the table an inspection found. Raises UnreadableFile."""
    return parse_source(open_source(data), inspection)


def parse_source(source: Source, inspection: Inspection) -> Delivery:
    """Read the table an inspection found in an opened file. Raises UnreadableFile."""
    grid = source.grid(inspection.sheet, inspection.delimiter, inspection.header_row)
    rows = _filled_rows(grid.columns, grid.rows)
    if not len(rows):
        raise UnreadableFile("FILE_EMPTY")
    columns = {key: grid.columns[i] for key, i in inspection.mapped.items() if i < len(grid.columns)}
    if len(rows) < grid.rows:
        columns = {key: column.take(rows) for key, column in columns.items()}
    return Delivery(inspection, (rows + 1).astype(np.int32), columns, [i + 1 for i in grid.too_wide])


def _filled_rows(columns: list[Column], count: int) -> npt.NDArray[np.intp]:
    """Positions of rows in which any cell holds something."""
    filled = np.zeros(count, np.bool_)
    for column in columns:
        filled |= np.array([bool(value.strip()) for value in column.values], np.bool_)[column.codes]
        if filled.all():
            break
    return np.flatnonzero(filled)
