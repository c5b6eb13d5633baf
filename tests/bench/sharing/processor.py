"""Seconds of a processor that the system's processes took: other work on the machine does not count."""

import os
from collections import defaultdict
from pathlib import Path

from tests.fixtures.system import System

TICKS = os.sysconf("SC_CLK_TCK")


def spent(system: System) -> dict[str, float]:
    """By process, with those that it started, also such as have ended."""
    children: dict[int, list[int]] = defaultdict(list)
    own: dict[int, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        children[int(said[1])].append(int(process.name))
        own[int(process.name)] = sum(map(int, said[11:15])) / TICKS

    def of(pid: int) -> float:
        return own.get(pid, 0.0) + sum(map(of, children[pid]))

    return {name: of(pid) for name, pid in system.pids().items()}
