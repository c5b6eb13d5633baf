"""The pipeline as its ASL file has it: states, where each leads on, and the function it calls."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ingestion.aws.layout import LATER, STAGES

FILE = "infra/statemachine/pipeline.asl.json"
NEXT, CHOICE, DEFAULT, CATCH = "next", "choice", "default", "catch"
_FUNCTION = re.compile(r"\$\{(\w+)FunctionArn\}")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Edge:
    """One way on: `why` is next, choice, default or catch."""

    to: str
    why: str


@dataclass(frozen=True)
class StateOfMachine:
    """One state; `function` is the name of what it calls (inspect, clean-up), "" for none."""

    name: str
    kind: str
    comment: str
    function: str
    edges: tuple[Edge, ...]

    @property
    def stage(self) -> str:
        """The step that reports as this state; "" for states that are no step."""
        return self.function if self.function in (*STAGES, *LATER) else ""


@dataclass(frozen=True)
class StateMachine:
    """All states, in the order of the file."""

    start: str
    states: dict[str, StateOfMachine]

    def route(self, ran: Collection[str], broke_off: str = "") -> Iterator[str]:
        """The states of a run in which these stages ran, and one broke off, in their order."""
        state: StateOfMachine | None = self.states[self.start]
        while state:
            yield state.name
            state = self._after(state, ran, broke_off)

    def _after(self, state: StateOfMachine, ran: Collection[str], broke_off: str) -> StateOfMachine | None:
        ways = {edge.why: edge.to for edge in reversed(state.edges)}
        if state.stage and state.stage == broke_off:
            return self.states.get(ways.get(CATCH, ""))
        if state.kind == "Choice" and self._is_taken(self.states[ways[CHOICE]], ran, broke_off):
            return self.states[ways[CHOICE]]
        return self.states.get(ways.get(NEXT) or ways.get(DEFAULT, ""))

    @staticmethod
    def _is_taken(target: StateOfMachine, ran: Collection[str], broke_off: str) -> bool:
        if target.kind == "Fail":
            return bool(broke_off)
        return target.stage in ran or (bool(broke_off) and target.stage == broke_off)


@cache
def state_machine() -> StateMachine:
    """The definition that the platform is deployed with."""
    document = json.loads((Path(settings.BASE_DIR) / FILE).read_text())
    states = {name: _state(name, body) for name, body in document["States"].items()}
    return StateMachine(document["StartAt"], states)


def _state(name: str, body: dict[str, Any]) -> StateOfMachine:
    called = _FUNCTION.search(body.get("Resource", ""))
    function = "-".join(_WORDS.split(called[1])).lower() if called else ""
    return StateOfMachine(name, body["Type"], body.get("Comment", ""), function, tuple(_edges(body)))


def _edges(body: dict[str, Any]) -> Iterator[Edge]:
    """In the order of the file; a catch that leads where the state leads anyway is no way of its own."""
    if "Next" in body:
        yield Edge(body["Next"], NEXT)
    for choice in body.get("Choices", []):
        yield Edge(choice["Next"], CHOICE)
    if "Default" in body:
        yield Edge(body["Default"], DEFAULT)
    for catch in body.get("Catch", []):
        if catch["Next"] != body.get("Next"):
            yield Edge(catch["Next"], CATCH)
