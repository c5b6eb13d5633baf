"""python -m tests.bench.product CASE FILE: one measurement in a fresh process; prints a line of JSON.

Cases: `verdict`, from the file to the stored findings; `calamine` and `arrow`, the libraries alone reading
the table; `import`, the modules; `start`, what the first verdict of a process costs more than a later one.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.bench.memory import peak_megabytes

Measures = dict[str, Any]


def check(data: bytes) -> Measures:
    """Seconds per step. The file is opened once, as the command line does it."""
    from ingestion.pipeline.delivery import parse_source
    from ingestion.pipeline.engine import validate
    from ingestion.pipeline.findings import findings_parquet
    from ingestion.pipeline.inspection import inspect_source
    from ingestion.pipeline.readers import open_source

    marks = [time.perf_counter()]
    source = open_source(data)
    inspection = inspect_source(source)
    marks.append(time.perf_counter())
    delivery = parse_source(source, inspection)
    marks.append(time.perf_counter())
    validation = validate(delivery)
    marks.append(time.perf_counter())
    findings_parquet(validation.findings)
    marks.append(time.perf_counter())
    steps = ("inspect", "parse", "validate", "findings")
    seconds = dict(zip(steps, (b - a for a, b in pairwise(marks)), strict=True))
    return seconds | {"total": marks[-1] - marks[0], "rows": validation.rows, "found": validation.counts}


def verdict(path: Path) -> Measures:
    """A file, after a small one of the same kind: what is loaded once per process is the case `start`."""
    check(path.with_name(f"small{path.suffix}").read_bytes())
    measured = check(path.read_bytes())
    return measured | {"memory": peak_megabytes(), "megabytes": path.stat().st_size / 1e6}


def start(path: Path) -> Measures:
    """Imports, packs and rules: the first verdict of a process less the second."""
    data = path.read_bytes()
    begun = time.perf_counter()
    check(data)
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    check(data)
    return {"total": first - (time.perf_counter() - begun), "memory": peak_megabytes()}


def imports(_: Path) -> Measures:
    """The modules of the way from a file to its findings."""
    begun = time.perf_counter()
    import ingestion.pipeline.delivery
    import ingestion.pipeline.engine
    import ingestion.pipeline.findings
    import ingestion.pipeline.inspection
    import ingestion.pipeline.readers  # noqa: F401

    return {"total": time.perf_counter() - begun, "memory": peak_megabytes()}


def calamine(path: Path) -> Measures:
    """python-calamine: all cells of the first sheet as Python objects."""
    from python_calamine import CalamineWorkbook

    data = path.read_bytes()
    begun = time.perf_counter()
    CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return {"total": time.perf_counter() - begun, "memory": peak_megabytes()}


def arrow(path: Path) -> Measures:
    """pyarrow.csv: all cells as text."""
    import pyarrow as pa
    from pyarrow import csv

    data = path.read_bytes()
    names = data.partition(b"\n")[0].decode().strip().split(";")
    options = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    begun = time.perf_counter()
    csv.read_csv(pa.py_buffer(data), parse_options=csv.ParseOptions(delimiter=";"), convert_options=options)
    return {"total": time.perf_counter() - begun, "memory": peak_megabytes()}


CASES: dict[str, Callable[[Path], Measures]] = {
    "verdict": verdict,
    "start": start,
    "import": imports,
    "calamine": calamine,
    "arrow": arrow,
}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
