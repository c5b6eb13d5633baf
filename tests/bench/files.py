"""The files that are measured, written once per run."""

from pathlib import Path

from tests.bench.race import generate
from tests.tools.generate_samples import tpt, tpt_csv

PIECE = 10
"""Megabytes that are generated at a time; larger files are several deliveries one below the other."""


def race_file(folder: Path, megabytes: float, kind: str) -> Path:
    """A file of the race, csv or xlsx (every cell as text there, so that the findings are the same)."""
    path = folder / f"race-{megabytes:g}.{kind}"
    if not path.exists():
        content = generate.csv_bytes(megabytes)
        path.write_bytes(content if kind == "csv" else generate.xlsx_bytes(content))
    return path


def tpt_file(folder: Path, megabytes: float, kind: str) -> Path:
    """A clean TPT 7.0 delivery; a workbook has the rows of the csv of that size, numbers as numbers."""
    path = folder / f"tpt-{megabytes:g}.{kind}"
    if path.exists():
        return path
    if kind == "xlsx":
        rows = tpt_file(folder, megabytes, "csv").read_bytes().count(b"\n") - 1
        path.write_bytes(tpt(rows=rows, funds=-(-rows // 400)).xlsx("TPT V7.0"))
        return path
    with path.open("wb") as file:
        left, seed = megabytes, 1
        while left > 0:
            content = tpt_csv(min(left, PIECE), seed=seed)
            file.write(content if seed == 1 else content.partition(b"\n")[2])
            left, seed = left - PIECE, seed + 1
    return path
