"""The Transform step: typed tables of the common schema from a delivery of any template."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ingestion.pipeline.arrays import integers
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.grouping import agreeing, first_rows
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.transform.cells import Cells, Rows
from ingestion.pipeline.transform.schema import TABLES, ColumnSpec, Source, TableSpec, tables
from ingestion.pipeline.transform.values import ARROW, CATEGORY, categories

if TYPE_CHECKING:
    import pandas as pd

TRACE = ("file", "row", "template", "version")
"""The columns every table begins with."""


@dataclass(frozen=True)
class Tables:
    """The tables that apply to a template, by name. `unfit`: fields with the number of rows left null."""

    tables: dict[str, pa.Table]
    unfit: list[tuple[str, int]] = field(default_factory=list)

    def to_parquet(self) -> dict[str, bytes]:
        """Each table as Zstandard-compressed Parquet."""
        return {name: table_parquet(table) for name, table in self.tables.items()}

    def frame(self, name: str) -> "pd.DataFrame":
        """A table as a pandas frame on Arrow types: decimals stay exact."""
        import pandas as pd  # imported here: a third of a second that no step of the pipeline needs

        frame: pd.DataFrame = self.tables[name].to_pandas(types_mapper=pd.ArrowDtype)
        return frame


def transform(delivery: Delivery, names: Collection[str] = TABLES) -> Tables:
    """The tables of a delivery, all or only some. The cost is linear in its rows."""
    pack = find_pack(delivery.template, delivery.version)
    cells = Cells(delivery)
    built = {
        name: _long(spec, pack, cells) if spec.items else _wide(spec, pack, cells)
        for name, spec in tables().items()
        if name in names and pack.template in spec.templates
    }
    return Tables(built, sorted(cells.unfit.items()))


def targets(template: str) -> list[str]:
    """Names of the tables that a template fills."""
    return [name for name, spec in tables().items() if template in spec.templates]


def table_parquet(table: pa.Table) -> bytes:
    """Zstandard-compressed Parquet."""
    from pyarrow import parquet  # imported here: only a step that hands over needs it

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def _wide(spec: TableSpec, pack: Pack, cells: Cells) -> pa.Table:
    """One row per row of the file, or per portfolio where the rows of the template are positions."""
    positions = pack.template in tables()["holdings"].templates
    rows = None if spec.name == "holdings" or not positions else _portfolios(pack, cells.delivery)
    sources = spec.sources(pack)
    columns = [cells.array(sources.get(column.name), column.type, rows) for column in spec.columns]
    notes = {name: _field_names(source) for name, source in sources.items()}
    return _table(spec, cells.delivery, rows, columns, notes, {})


def _long(spec: TableSpec, pack: Pack, cells: Cells) -> pa.Table:
    """One row per row of the file and item of which anything but a date is filled, in the file's order."""
    sources, items = spec.sources(pack), spec.items_of(pack)
    measures = [
        sources[column.name].fields[0]
        for column in spec.columns
        if column.name in sources and sources[column.name].kind == "item" and column.type != "date"
    ]
    where = [
        np.flatnonzero(np.logical_or.reduce([cells.filled(item[name]) for name in measures if item[name]]))
        for item in items
    ]
    kinds = np.repeat(np.arange(len(items)), [len(rows) for rows in where])
    rows = np.concatenate([np.zeros(0, np.intp), *where])
    order = np.lexsort((kinds, rows))
    columns = [
        _item_column(column, sources.get(column.name), items, where, cells, rows, kinds)
        for column in spec.columns
    ]
    named = [next(item[name] for name in measures if item[name]) for item in items]
    extra = {"field": categories(kinds.astype(np.int32), named or [""])}
    notes = {name: _field_names(source) for name, source in sources.items()}
    table = _table(spec, cells.delivery, rows, columns, notes, extra)
    return table.take(integers(order.astype(np.int32)))


def _item_column(
    column: ColumnSpec,
    source: Source | None,
    items: list[Mapping[str, str]],
    where: list[Rows],
    cells: Cells,
    rows: Rows,
    kinds: Rows,
) -> pa.Array:
    if source is None or source.kind == "field":
        return cells.array(source, column.type, rows)
    name = source.fields[0]
    if source.kind == "constant":
        texts = [item[name] for item in items]
        valid = np.array([bool(text) for text in texts], np.bool_)
        return categories(kinds.astype(np.int32), texts or [""], valid[kinds])
    parts = [
        cells.array(Source("field", (item[name],), ("",), source.span) if item[name] else None,
                    column.type, found)
        for item, found in zip(items, where, strict=True)
    ]  # fmt: skip
    return pa.concat_arrays(parts) if parts else pa.nulls(0, ARROW[column.type])


def _table(
    spec: TableSpec,
    delivery: Delivery,
    rows: Rows | None,
    columns: list[pa.Array],
    notes: dict[str, str],
    extra: dict[str, pa.Array],
) -> pa.Table:
    """The columns behind those that say where each row comes from; their notes as column metadata."""
    files = delivery.files()
    at = np.arange(len(delivery.row_numbers)) if rows is None else rows
    same = np.zeros(len(at), np.int32)
    trace = [
        categories(files.codes[at], files.values),
        integers(delivery.row_numbers[at]),
        categories(same, [delivery.template]),
        categories(same, [delivery.version]),
    ]
    fields = [pa.field(name, array.type) for name, array in zip(TRACE, trace, strict=True)]
    fields += [pa.field(name, CATEGORY) for name in extra]
    fields += [
        pa.field(
            column.name,
            ARROW[column.type],
            metadata={
                "description": column.description,
                "unit": column.unit,
                "source": notes.get(column.name, ""),
            },
        )
        for column in spec.columns
    ]
    schema = pa.schema(fields, metadata={"table": spec.name})
    return pa.Table.from_arrays([*trace, *extra.values(), *columns], schema=schema)


def _field_names(source: Source) -> str:
    return "" if source.kind == "constant" else " / ".join(source.fields)


def _portfolios(pack: Pack, delivery: Delivery) -> Rows:
    """The first row of each portfolio, in the file's order."""
    keys = [delivery.columns[key] for key in pack.portfolio_key if key in delivery.columns]
    return first_rows(agreeing(keys, np.zeros(len(delivery.row_numbers), np.int64)))
