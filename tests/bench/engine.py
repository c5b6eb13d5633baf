"""`make bench`: the verdict engine against its peers, and on real deliveries.

    python -m tests.bench.engine [--quick] [--json PATH] [--rounds N]

Every figure is the best of several fresh processes taken in turns. Absolute seconds depend on the machine,
the ratios of one run hold. The exit code says whether all engines found the same, not whether they were fast.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench import tables
from tests.bench.children import ROOT, Command, best_of, module
from tests.bench.files import race_file, tpt_file
from tests.bench.targets import targets

Results = dict[str, Any]
ENTRY = "tests.bench.race.entry"
PRODUCT = "tests.bench.product"
OWN = ("fundgate", "prototype")
PEERS = {
    "polars_plain": "polars",
    "dataframely_polars": "dataframely",
    "pandas_plain": "pandas",
    "pydantic_rows": "pydantic",
    "pandera_polars": "pandera",
    "pointblank_polars": "pointblank",
    "pandera_pandas": "pandera",
    "frictionless_table": "frictionless",
}
"""Engine -> the distribution it needs."""
GX = "great_expectations_pandas"
READ_WORKBOOKS = (*OWN, "pandas_plain")
SIZES = ("0.5", "2", "10")
LARGE = ("20", "50", "100")


def main(arguments: list[str]) -> int:
    """Measure, print, write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description="Measure the engine.")
    parser.add_argument("--quick", action="store_true", help="small files, own engine and prototype only")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures there")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of which the best counts")
    chosen = parser.parse_args(arguments)
    sizes = SIZES[:2] if chosen.quick else SIZES
    rounds = min(chosen.rounds, 3) if chosen.quick else chosen.rounds
    results: Results = {"machine": _machine()}
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as name:
        folder = Path(name)
        for kind in ("csv", "xlsx"):
            tpt_file(folder, 0.01, kind).rename(folder / f"small.{kind}")
        peers = {} if chosen.quick else _peers()
        agreed = _race(results, folder, sizes, peers, rounds)
        _tpt(results, folder, sizes, rounds)
        if not chosen.quick:
            _linear(results, folder, rounds)
        _start(results, folder, rounds)
    results["targets"] = [target.as_data() for target in targets(results, sizes[-1])]
    tables.show_targets(results["targets"], sizes[-1])
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0 if agreed else 1


def _machine() -> dict[str, Any]:
    names = ("pyarrow", "numpy", "python-calamine")
    return {"python": platform.python_version(), "cores": os.cpu_count()} | {n: version(n) for n in names}


def _peers() -> dict[str, str]:
    """Engine -> Python it runs in; those that are not installed are named and left out."""
    found = {engine: sys.executable for engine, package in PEERS.items() if find_spec(package)}
    for engine in PEERS:
        if engine not in found:
            print(f"{engine} does not take part: {PEERS[engine]} is not installed here.")
    # great_expectations pins what the others need newer, so it has an environment of its own.
    setup = [sys.executable, "infra/local/bootstrap.py", "bench-gx", "-m", "platform"]
    done = subprocess.run(setup, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{GX} does not take part: it could not be installed. {done.stderr.strip()[-300:]}")
        return found
    return found | {GX: str(ROOT / ".venv-bench-gx" / "bin" / "python")}


def _race(results: Results, folder: Path, sizes: tuple[str, ...], peers: dict[str, str], rounds: int) -> bool:
    """The same rules in every engine; False when their findings differ."""
    pythons = dict.fromkeys(OWN, sys.executable) | peers
    results["race"], agreed = {}, True
    for kind in ("csv", "xlsx"):
        for size in sizes:
            path = str(race_file(folder, float(size), kind))
            commands: dict[str, Command] = {
                engine: module(ENTRY, engine, path, python=python)
                for engine, python in pythons.items()
                if kind == "csv" or engine in READ_WORKBOOKS
            }
            measured = best_of(commands, rounds, needed=OWN)
            results["race"][f"{size} MB {kind}"] = measured
            tables.show_race(f"{size} MB {kind}", measured)
            agreed &= tables.show_disagreement(measured)
    return agreed


def _tpt(results: Results, folder: Path, sizes: tuple[str, ...], rounds: int) -> None:
    """The real pack, beside the bare libraries."""
    results["tpt"] = {}
    for kind, library in (("csv", "arrow"), ("xlsx", "calamine")):
        for size in sizes:
            path = str(tpt_file(folder, float(size), kind))
            commands = {case: module(PRODUCT, case, path) for case in ("verdict", library)}
            results["tpt"][f"{size} MB {kind}"] = best_of(commands, rounds)
    tables.show_tpt(results["tpt"])


def _linear(results: Results, folder: Path, rounds: int) -> None:
    """Larger files, csv."""
    paths = {size: tpt_file(folder, float(size), "csv") for size in LARGE}
    commands = {f"{size} MB csv": module(PRODUCT, "verdict", str(path)) for size, path in paths.items()}
    results["linear"] = best_of(commands, min(rounds, 3))
    tables.show_linear(results["linear"])


def _start(results: Results, folder: Path, rounds: int) -> None:
    """A fresh interpreter."""
    small = str(folder / "small.csv")
    commands = {case: module(PRODUCT, case, small) for case in ("import", "start")}
    results["start"] = best_of(commands, rounds)
    tables.show_start(results["start"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
