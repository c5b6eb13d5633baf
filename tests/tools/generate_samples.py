"""Demo and test deliveries: invented funds with right check digits and consistent amounts.

`python -m tests.tools.generate_samples` writes docs/samples/. The same call always writes the same bytes.
"""

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ingestion.pipeline.pack import find_pack
from tests.tools import codes, defects, share_class_samples
from tests.tools.positions import PLACES, VALUATION, Row, number, positions
from tests.tools.tables import Table

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
VERSION_CELLS = {
    "5.0": "V5.0",
    "6.0": "V6.0 (official) dated 10 January 2022",
    "7.0": "V7.0 (official) dated 25 November 2024",
    "8.0": "V8.0 (official) dated 26 May 2026",
}
BYTES_PER_ROW = 640
"""Roughly one row as csv; used to ask for a size instead of a number of rows."""


def tpt(
    rows: int = 60, version: str = "7.0", kinds: Sequence[str] = (), seed: int = 1, funds: int = 1
) -> Table:
    """A TPT delivery of so many positions, clean but for one defect of each kind (see defects.MISTAKES)."""
    rng = random.Random(seed)
    table = Table(find_pack("TPT", version), [])
    for i in range(funds):
        table.rows += _fund(rng, rows // funds + (i < rows % funds), version)
    free = set(range(len(table.rows)))
    table.defects = [defects.apply(rng, table.rows, kind, free) for kind in kinds]
    return table


def tpt_csv(megabytes: float, version: str = "7.0", seed: int = 1) -> bytes:
    """A clean csv of about this size."""
    count = max(2, int(megabytes * 1e6 / BYTES_PER_ROW))
    return tpt(rows=count, version=version, seed=seed, funds=-(-count // 400)).csv()


def _fund(rng: random.Random, count: int, version: str) -> list[Row]:
    """One portfolio: positions with weights, and the portfolio's own fields on each of them."""
    assets = 0.0
    while assets <= 0:  # a fund of a single future or fee
        rows = positions(rng, count, with_v7=version >= "7.0")
        assets = sum(float(row["24"]) for row in rows)
    cash = sum(float(row["24"]) for row in rows if row["12"][2:] in ("71", "72", "73", "75", "79"))
    debt = [row for row in rows if row["12"][2] in "12568"]
    duration = number(sum(float(row["24"]) / assets * float(row["90"]) for row in debt))
    mainly_debt = sum(float(row["24"]) for row in debt) > assets / 2
    shares = round(assets / 100, 3)
    style = rng.choice(["Balanced", "Income", "Growth", "Horizon"])
    name = f"{rng.choice(PLACES)} {style} Fund {rng.choice('ABCI')}"
    manager = f"{rng.choice(PLACES)} Asset Management S.A."
    portfolio: Row = (
        {
            "1": codes.isin(rng, rng.choice(["LU", "IE", "FR"])),
            "2": "1",
            "3": name,
            "4": "EUR",
            "5": number(assets),
        }
        | {
            "6": VALUATION.isoformat(),
            "7": VALUATION.isoformat(),
            "8": number(assets / shares, 6),
            "8b": str(shares),
        }
        | {"9": number(cash / assets, 6), "10": duration, "11": "N"}
        | {
            "115": codes.lei(rng),
            "116": "1",
            "117": manager,
            "118": "K6630",
            "119": codes.lei(rng),
            "120": "1",
        }
        | {"121": f"{manager.split()[0]} Holding", "122": "LU"}
        | {"123": "XL42" if mainly_debt else "XL44", "123a": "LU", "124": duration}
        | {"1000": VERSION_CELLS[version]}
    )
    for row in rows:
        weights = {"26": number(float(row["24"]) / assets, 10), "30": number(float(row["28"]) / assets, 10)}
        row |= portfolio | weights
        row.setdefault("52", "LU")
    return rows


def unknown_layout() -> bytes:
    """Holdings under a system's own column codes, which no template knows: they ask for a mapping."""
    headers = ["PMS_FND", "PMS_DAY", "PMS_SEC", "PMS_TXT", "PMS_UNT", "PMS_PX", "PMS_AMT", "PMS_CY"]
    rng = random.Random(6)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headers)
    fund = codes.isin(rng, "LU")
    for place in PLACES[:8]:
        quantity, price = rng.randint(10, 900), rng.randint(500, 20_000) / 100
        row = [fund, VALUATION.isoformat(), codes.isin(rng, "DE"), f"{place} Werke AG", str(quantity)]
        writer.writerow([*row, f"{price:.2f}", f"{quantity * price:.2f}", "EUR"])
    return text.getvalue().encode()


def prose() -> bytes:
    """A text that is no table."""
    return (
        b"Dear colleagues,\r\n\r\nplease find the fund data for December, as agreed, attached.\r\n"
        b"The valuation date is the last day of the year, the currency is the euro.\r\n\r\nKind regards\r\n"
    )


FAULTY = list(defects.MISTAKES)


def samples() -> dict[str, bytes]:
    """All demo files by name."""
    faulty = tpt(rows=90, kinds=[kind for kind in FAULTY if kind not in ("weight slightly off",)], seed=7)
    workbook_kinds = ["name missing", "ISIN check digit", "LEI check digit", "unknown code", "CIC country"]
    workbook = tpt(rows=40, kinds=[*workbook_kinds, "weight slightly off", "fund CIC"], seed=8)
    return {
        "tpt-7.0-clean.csv": tpt(rows=60, seed=2).csv(),
        "tpt-7.0-clean-decimal-comma.csv": tpt(rows=60, seed=3).csv(
            decimal=",", encoding="cp1252", title="Fondsmeldung für Dezember – nur zur Prüfung"
        ),
        "tpt-6.0-clean.xlsx": tpt(rows=50, version="6.0", seed=4).xlsx("TPT V6.0"),
        "tpt-7.0-clean.xls": tpt(rows=30, seed=5).xls("TPT V7.0"),
        "tpt-7.0-faulty.csv": faulty.csv(),
        "tpt-7.0-faulty.csv.truth.json": truth(faulty),
        "tpt-7.0-faulty.xlsx": workbook.xlsx("TPT V7.0"),
        "tpt-7.0-faulty.xlsx.truth.json": truth(workbook),
        "unknown-layout.csv": unknown_layout(),
        "no-table.txt": prose(),
    } | _share_classes()


def _share_classes() -> dict[str, bytes]:
    tables = share_class_samples.tables()
    truths = {f"{name}.truth.json": truth(table) for name, table in tables.items() if table.defects}
    return {name: table.csv() for name, table in tables.items()} | truths


def truth(table: Table) -> bytes:
    """What is wrong with a faulty file, and which rule says so."""
    return (
        json.dumps([asdict(defect) for defect in table.defects], indent=1, ensure_ascii=False).encode()
        + b"\n"
    )


def main() -> None:
    """Write docs/samples/."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name, content in samples().items():
        (SAMPLES / name).write_bytes(content)
        print(f"{name}: {len(content) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
