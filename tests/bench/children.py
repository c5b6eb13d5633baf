"""Measurements in fresh processes, taken in turns so that a busy moment of the machine meets them all."""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SLOW = 4.0
"""Seconds beyond which two measurements are enough."""

Command = list[str]
Measures = dict[str, Any]


class Failed(Exception):
    """A measurement could not be taken; the last line the process said is the text."""


def module(name: str, *arguments: str, python: str = sys.executable) -> Command:
    """The command that runs a module of this project."""
    return [python, "-m", name, *arguments]


def run(command: Command) -> Measures:
    """One measurement. Raises Failed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or ["no message"])[-1])
    measures: Measures = json.loads(done.stdout.strip().splitlines()[-1])
    return measures


def best_of(
    commands: Mapping[str, Command], rounds: int, needed: Collection[str] | None = None
) -> dict[str, Measures]:
    """The fastest measurement of each command; each also carries the seconds of all (`all`).

    A command that fails is named and left out. Raises Failed when it is one of those `needed` (None = all).
    """
    taken: dict[str, list[Measures]] = {name: [] for name in commands}
    for turn in range(rounds):
        for name in list(taken):
            if turn < 2 or min(measures["total"] for measures in taken[name]) < SLOW:
                try:
                    taken[name].append(run(commands[name]))
                except Failed as error:
                    if needed is None or name in needed:
                        raise
                    print(f"{name} does not take part: it failed with “{error}”.")
                    del taken[name]
    best = {}
    for name, measured in taken.items():
        fastest = min(measured, key=lambda measures: measures["total"])
        best[name] = fastest | {"all": [round(measures["total"], 4) for measures in measured]}
    return best
