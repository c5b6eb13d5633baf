"""`make bench-share`: one delivery to 1,000 institutions on the local system, by the pipeline as deployed.

Each has a stack of its own: key, bucket, role, policies. FUNDGATE_BENCH_GRANTS asks for fewer. What follows
a delivery to so many is measured too: the notices, the owner's pages, the audit trail, the janitor's look
through all buckets. Then it is withdrawn, and the janitor deletes all of it again.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from infra.local.embedded import CHECKPOINTS
from tests.bench.pages.memory import Memory
from tests.bench.sharing import after, copies, population
from tests.bench.sharing.pages import opened
from tests.fixtures.ports import free_port
from tests.fixtures.system import System, start, stop

__all__ = ["main"]
GRANTS = int(os.environ.get("FUNDGATE_BENCH_GRANTS", "1000"))
NEVER = {CHECKPOINTS: "86400"}
"""The embedded AWS writes all it holds to disk every few seconds, 75 MB with so many stacks; AWS does not."""


def main() -> None:
    """Start a fresh system, measure, print, stop it; exit code 1 where something was missed."""
    with tempfile.TemporaryDirectory(prefix="fundgate-bench-") as folder:
        system = start(Path(folder) / "home", free_port(), free_port(), more=NEVER)
        try:
            reached = measure(system)
        finally:
            stop(system)
    sys.exit(0 if reached else 1)


def measure(system: System) -> bool:
    """All figures of one run; whether every copy was made and deleted, and the pages were quick enough."""
    copies.first(system)  # the functions' first real work is not what is measured
    begun = time.perf_counter()
    population.onboard(system, GRANTS)
    print(f"{GRANTS} institutions onboarded: {time.perf_counter() - begun:.0f} s", flush=True)
    begun = time.perf_counter()
    population.grant(system, GRANTS)
    print(f"a grant to each, with its document: {time.perf_counter() - begun:.1f} s", flush=True)
    memory = {name: Memory(pid) for name, pid in system.pids().items()}
    before = {name: each.now for name, each in memory.items()}
    for each in memory.values():
        each.watch()
    delivery, reached = copies.shared(system, GRANTS)
    after.told(system)
    reached &= opened(system, delivery)
    after.looked_through(system)
    after.recorded(system)
    reached &= copies.withdrawn(system, delivery, GRANTS)
    after.told(system)
    for name, each in memory.items():
        print(
            f"memory {name:<7} {before[name]:6.0f} MB before, {each.most:6.0f} MB at most (largest process)"
        )
    return reached
