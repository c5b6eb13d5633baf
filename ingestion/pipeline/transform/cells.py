"""A delivery's fields as typed arrays, each converted once however many tables it feeds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import integers
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.placeholders import says_nothing
from ingestion.pipeline.readers.source import Codes, Column
from ingestion.pipeline.transform.schema import Source
from ingestion.pipeline.transform.values import ARROW, Mask, Values, convert

Rows = npt.NDArray[np.intp]
_TEXTS = ("text", "code", "id_type")
"""Types that would keep a word such as NULL; a number or a date is null there anyway, and counted."""


@dataclass(frozen=True)
class _Converted:
    codes: Codes
    values: Values


class Cells:
    """What tables are filled from. `unfit` counts the rows of each field that no table can hold."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.unfit: dict[str, int] = {}
        self._converted: dict[tuple[Source, str], _Converted] = {}
        self._filled: dict[str, Mask] = {}
        self._columns: dict[str, Column] = {}
        self._fields = find_pack(delivery.template, delivery.version).fields

    def filled(self, field: str) -> Mask:
        """Per row: something is written in the cell, and no word that stands for nothing."""
        if field not in self._filled:
            column = self._texts(field)
            self._filled[field] = (
                np.zeros(len(self.delivery.row_numbers), np.bool_)
                if column is None
                else column.spread(np.array([bool(value.strip()) for value in column.values], np.bool_))
            )
        return self._filled[field]

    def _texts(self, field: str) -> Column | None:
        """The column, empty where a word stands for nothing; None where the file does not have it."""
        if field in self.delivery.columns and field not in self._columns:
            column = self.delivery.columns[field]
            known = self._fields.get(field)
            values = ["" if says_nothing(text.strip(), known) else text for text in column.values]
            self._columns[field] = Column(column.codes, values)
        return self._columns.get(field)

    def array(self, source: Source | None, kind: str, rows: Rows | None) -> pa.Array:
        """The values of a source at these rows (None: all), null where there is nothing."""
        if source is None or not any(field in self.delivery.columns for field in source.fields):
            return pa.nulls(len(self.delivery.row_numbers) if rows is None else len(rows), ARROW[kind])
        key = (source, kind)
        if key not in self._converted:
            column = self.column(source, kind)
            values = convert(column.values, kind, self.delivery.decimal)
            lost = int(values.unfit[column.codes].sum()) if values.unfit.any() else 0
            if lost:
                field = source.fields[0]
                self.unfit[field] = max(lost, self.unfit.get(field, 0))
            self._converted[key] = _Converted(column.codes, values)
        found = self._converted[key]
        codes = found.codes if rows is None else found.codes[rows]
        return found.values.array.take(integers(codes))

    def column(self, source: Source, kind: str) -> Column:
        """The cells of a source's fields: on each row those of the first field that is filled."""
        first, *others = source.fields
        if not others:
            column = self._texts(first) if kind in _TEXTS else None
            return column or self.delivery.columns[first]
        codes = np.zeros(len(self.delivery.row_numbers), np.int32)
        values = [""]
        taken = np.zeros(len(codes), np.bool_)
        for field, constant in zip(source.fields, source.constants, strict=True):
            column = self.delivery.columns.get(field)
            if column is None:
                continue
            use = self.filled(field) & ~taken
            codes[use] = len(values) + (0 if constant else column.codes[use])
            values += [constant] if constant else column.values
            taken |= use
        return Column(codes, values)
