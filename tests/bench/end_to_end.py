"""`make bench-e2e`: from the upload to the verdict on the local system.

Prints p50 and p95 of a 0.5 MB csv one after another, the time per step, 20 files at once, and the memory of
all processes. Absolute figures depend on the machine; the time per step shows where they come from.
"""

import io
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.client.api import Api
from tests.fixtures.ports import free_port
from tests.fixtures.system import System, start, stop
from tests.tools.generate_samples import tpt_csv

ONE_AFTER_ANOTHER = 12
AT_ONCE = 20
MEGABYTE = 1 << 20


def main() -> None:
    """Start a fresh system, measure, print, stop it."""
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as folder:
        begun = time.perf_counter()
        system = start(Path(folder) / "home", free_port(), free_port())
        print(f"first start of the local system: {time.perf_counter() - begun:.1f} s")
        try:
            measure(system)
        finally:
            stop(system)


def measure(system: System) -> None:
    """All figures of one run."""
    files = [_file(seed) for seed in range(ONE_AFTER_ANOTHER + AT_ONCE + 2)]
    print(f"file: TPT 7.0 csv, {len(files[0]) / MEGABYTE:.2f} MB")
    api = system.api()
    for content in files[:2]:  # the functions' first real work is not what is measured
        _round_trip(api, content)

    taken, steps = [], defaultdict(list)
    for content in files[2 : 2 + ONE_AFTER_ANOTHER]:
        seconds, submission = _round_trip(api, content)
        taken.append(seconds)
        for step in submission["steps"]:
            if step["started_at"] and step["finished_at"]:
                steps[step["name"]].append(_seconds(step["started_at"], step["finished_at"]))
    print(
        f"one after another ({len(taken)}): p50 {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s"
    )
    inside = 0.0
    for name, values in steps.items():
        inside += statistics.median(values)
        print(f"  {name:<10} p50 {statistics.median(values) * 1000:6.0f} ms")
    between = (statistics.median(taken) - inside) * 1000
    print(f"  {'between':<10} p50 {between:6.0f} ms  (upload, queue, transitions, polling)")

    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda content: _round_trip(api, content, pause=1.0), files[-AT_ONCE:]))
    finished = [submission for _, submission in results if submission["state"] == "COMPLETED"]
    waits = sorted(seconds for seconds, _ in results)
    print(
        f"{AT_ONCE} at once: {len(finished)} of {AT_ONCE} completed in {time.perf_counter() - begun:.1f} s, "
        f"p50 {statistics.median(waits):.1f} s, last {waits[-1]:.1f} s"
    )
    _memory(system)
    if len(finished) < AT_ONCE:
        sys.exit("not every file finished")


def _file(seed: int) -> bytes:
    return tpt_csv(0.5, seed=1000 + seed)


def _round_trip(api: Api, content: bytes, pause: float = 0.05) -> tuple[float, dict[str, Any]]:
    """Seconds and outcome; `pause` is between two looks: 20 that look all the time measure the looking."""
    begun = time.perf_counter()
    submission = api.submit("bench.csv", io.BytesIO(content))
    done = api.wait(submission["id"], seconds=300, pause=pause)
    return time.perf_counter() - begun, done


def _seconds(start_at: str, end_at: str) -> float:
    return (datetime.fromisoformat(end_at) - datetime.fromisoformat(start_at)).total_seconds()


def _memory(system: System) -> None:
    """Proportional set size of every process of the system, by part."""
    total = 0
    for name, leader in system.pids().items():
        size, count = 0, 0
        for pid in _family(leader):
            try:
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            size += (
                next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
            )
            count += 1
        total += size
        print(f"memory {name:<7} {size / MEGABYTE:6.0f} MB in {count} processes")
    print(f"memory in all  {total / MEGABYTE:6.0f} MB")


def _family(leader: int) -> list[int]:
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(entry.parent.name))
    found, waiting = [], [leader]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children[pid]
    return found
