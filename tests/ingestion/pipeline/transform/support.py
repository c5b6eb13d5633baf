"""Deliveries made by hand: rows by field, without a file."""

import numpy as np

from ingestion.pipeline.delivery import Delivery, Part
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.readers.source import Column

Row = dict[str, str]


def delivery(
    template: str, version: str, rows: list[Row], decimal: str = ".", files: dict[str, int] | None = None
) -> Delivery:
    """A delivery of these rows; `files` says how many rows each file of a zip holds."""
    fields = list(dict.fromkeys(field for row in rows for field in row))
    inspection = Inspection(
        kind="csv",
        encoding="utf-8",
        delimiter=";",
        decimal=decimal,
        sheet=None,
        header_row=1,
        template=template,
        version=version,
        confidence=1.0,
        reason="made by hand",
        mapped={field: place for place, field in enumerate(fields)},
    )
    parts: list[Part] = []
    for name, count in (files or {}).items():
        parts.append(Part(name, sum(part.rows for part in parts), count))
    numbers = [number for part in parts for number in range(1, part.rows + 1)]
    return Delivery(
        inspection,
        np.array(numbers or range(1, len(rows) + 1), np.int32),
        {field: _column([row.get(field, "") for row in rows]) for field in fields},
        parts=parts,
    )


def _column(cells: list[str]) -> Column:
    index = {value: place for place, value in enumerate(dict.fromkeys(cells))}
    return Column(np.array([index[cell] for cell in cells], np.int32), list(index))


def row(text: str) -> Row:
    """`1=LU1 26=0.05` as the cells of a row."""
    return dict(item.split("=", 1) for item in text.split())
