"""Deliveries of the Quality step's tests, built cell by cell without a file."""

from typing import Any

import numpy as np

from ingestion.pipeline.delivery import Delivery, Part
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.quality import Snapshot, check_quality, snapshots
from ingestion.pipeline.readers.source import Column

Rows = list[dict[str, str]]
VERSIONS = {"TPT": "7.0", "EMT": "4.3", "EPT": "2.1", "EET": "1.1.3", "HOLDINGS": "1.0"}
ISIN = "LU0000000017"
LEI = "529900T8BM49AURSDO55"


def delivery(template: str, *files: Rows, names: list[str] | None = None) -> Delivery:
    """A delivery of these rows; several lists are several files of a zip."""
    rows = [row for file in files for row in file]
    inspection = Inspection(
        kind="csv",
        encoding="utf-8",
        delimiter=";",
        decimal=".",
        sheet=None,
        header_row=1,
        template=template,
        version=VERSIONS[template],
        confidence=1.0,
        reason="",
    )
    columns = {}
    for field in dict.fromkeys(field for row in rows for field in row):
        places: dict[str, int] = {}
        codes = [places.setdefault(row.get(field, ""), len(places)) for row in rows]
        columns[field] = Column(np.array(codes, np.int32), list(places))
    numbers = np.concatenate([np.arange(1, len(file) + 1, dtype=np.int32) for file in files])
    parts, start = [], 0
    for i, file in enumerate(files):
        parts.append(Part(names[i] if names else "", start, len(file)))
        start += len(file)
    return Delivery(inspection, numbers, columns, [], parts)


def fund(count: int = 30, day: str = "2025-06-30", **head: str) -> Rows:
    """A TPT portfolio: bonds by nominal, listed shares by quantity, and cash; weights add up to 1.

    Another day gives other prices, as it does in life.
    """
    drift = 1 + (int(day[5:7]) - 6) * 0.011 + int(day[8:]) / 10_000
    values = []
    rows: Rows = []
    for i in range(count):
        price, units = (0.9 + i * 0.003) * drift, 1000.0 + i
        cic, amount = "DE21", "19"
        if i % 2:
            price, cic, amount = (20 + 1.7 * i) * drift, "FR31", "18"
            units = 50.0 + i
        if i == count - 1:
            price, units, cic, amount = 1.0, 900.0, "XT71", "18"
        values.append(round(price * units, 2))
        code = "CASH" if i == count - 1 else f"XS{i:010d}"
        rows.append({"14": code, "16": "", "17": f"Instrument {i}", "12": cic, "21": "EUR"})
        rows[-1] |= {"18": "", "19": "", amount: repr(units)}
    total = sum(values)
    top = {"1": ISIN, "2": "1", "3": "Growth Fund A", "4": "EUR", "6": day}
    top |= {"5": repr(round(total, 2)), "8": repr(round(100 * drift, 4)), "8b": "1000"}
    for row, value in zip(rows, values, strict=True):
        row |= {**top, "22": repr(value), "24": repr(value), "26": repr(value / total), **head}
    return rows


def holdings(count: int = 30, day: str = "2025-06-30", **head: str) -> Rows:
    """The same portfolio as a plain list."""
    return [
        {
            "portfolio_id": row["1"],
            "portfolio_name": row["3"],
            "portfolio_currency": row["4"],
            "valuation_date": row["6"],
            "isin": row["14"],
            "name": row["17"],
            "cic": row["12"],
            "currency": row["21"],
            "quantity": row["18"] or row["19"],
            "market_value": row["24"],
            "weight": row["26"],
            **head,
        }
        for row in fund(count, day)
    ]


def emt(fund: str = ISIN, day: str = "2025-06-30", **cells: str) -> dict[str, str]:
    """One share class in an EMT."""
    row = {"00010": fund, "00020": "1", "00030": "Growth Fund A", "00040": "EUR", "00050": day, "00060": "U"}
    row |= {"00073": LEI, "04010": "4", "04020": "4", "05105": "Y", "07020": "0.05", "07040": "0"}
    return row | {"07100": "0.0115", "07130": "0.0021", "07140": "0.001"} | cells


def ept(fund: str = ISIN, day: str = "2025-05-31", **cells: str) -> dict[str, str]:
    """One share class in an EPT."""
    row = {"00030": fund, "00040": "1", "00050": "Growth Fund A", "00060": "EUR", "00070": day}
    row |= {"00016": LEI, "01090": "4", "08170": "4", "03010": "0.05", "03015": "0"}
    return row | {"03060": "0.0115", "03080": "0.0021", "03095": "0.001"} | cells


def eet(fund: str = ISIN, day: str = "2025-04-30", **cells: str) -> dict[str, str]:
    """One share class in an EET."""
    row = {"20000": fund, "20010": "1", "20020": "Growth Fund A", "20030": "EUR", "10040": day}
    return row | {"10010": "L", "10020": LEI, "20040": "8", "20590": "Y"} | cells


def found(
    now: Delivery, previous: list[Snapshot] | None = None, related: list[Snapshot] | None = None
) -> list[tuple[str, int]]:
    """(rule without its template, row) of all findings."""
    return [(each["rule"].partition("-")[2], each["row"]) for each in details(now, previous, related)]


def details(
    now: Delivery, previous: list[Snapshot] | None = None, related: list[Snapshot] | None = None
) -> list[dict[str, Any]]:
    """All findings as dictionaries."""
    rows: list[dict[str, Any]] = check_quality(now, previous or [], related or []).findings.to_pylist()
    return rows


def against(template: str, before: Rows, now: Rows) -> list[tuple[str, int]]:
    """Findings of a delivery that follows another."""
    return found(delivery(template, now), snapshots(delivery(template, before)))
