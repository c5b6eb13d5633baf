"""The state machine as a drawing: rows and columns from its edges alone, so that a new state finds its place.

Left column: the way of a run on which nothing breaks. Right column: where only errors lead. Skips run
outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ingestion.web.state_machine import CATCH, Edge, StateMachine, state_machine

NODE, HEIGHT, PITCH = 138, 38, 48
GUTTER, GAP, LANE = 24, 24, 8
"""In units of the drawing: a state's width and height, distance of rows, margins, distance of lines."""
_COLUMNS = (GUTTER, GUTTER + NODE + GAP)
WIDTH = 2 * GUTTER + 2 * NODE + GAP

Lane = dict[str, int]
"""The states that lines in one distance lead to, one below the other, and their rows."""


@dataclass(frozen=True)
class Box:
    """Where a state stands."""

    name: str
    column: int
    row: int

    @property
    def x(self) -> int:
        return _COLUMNS[self.column]

    @property
    def y(self) -> int:
        return self.row * PITCH + (PITCH - HEIGHT) // 2

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2

    @property
    def centre(self) -> int:
        return self.x + NODE // 2

    @property
    def right(self) -> int:
        return self.x + NODE

    @property
    def bottom(self) -> int:
        return self.y + HEIGHT


@dataclass(frozen=True)
class Line:
    """A way from one state to another; `path` is an SVG path, `why` as in the state machine."""

    start: str
    end: str
    why: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """Boxes in the order they are met, lines, and the size of it all."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    box_width: int = NODE
    box_height: int = HEIGHT


@cache
def drawing() -> Drawing:
    """The drawing of the pipeline."""
    return draw(state_machine())


def draw(machine: StateMachine) -> Drawing:
    """A drawing of any state machine without loops."""
    boxes = _placed(machine)
    edges = [(state.name, edge) for state in machine.states.values() for edge in state.edges]
    lanes: dict[int, list[Lane]] = {0: [], 1: []}
    lines = tuple(
        Line(start, edge.to, edge.why, _path(boxes[start], boxes[edge.to], lanes)) for start, edge in edges
    )
    rows = 1 + max(box.row for box in boxes.values())
    ordered = tuple(sorted(boxes.values(), key=lambda box: (box.row, box.column)))
    return Drawing(ordered, lines, WIDTH, rows * PITCH)


def _placed(machine: StateMachine) -> dict[str, Box]:
    main = _reached_without_errors(machine)
    boxes = {name: Box(name, 0, row) for name, row in _depths(machine, main).items()}
    waiting, free = [name for name in _in_order(machine) if name not in main], 0

    def wanted(name: str) -> int:
        """Beside the state it follows, or below it; the last row for one that must wait for others."""
        before = [start for start, _ in _into(machine, name)]
        if any(start not in boxes for start in before):
            return len(machine.states)
        return max(boxes[start].row + boxes[start].column for start in before)

    while waiting:
        name = min(waiting, key=wanted)
        waiting.remove(name)
        boxes[name] = Box(name, 1, max(wanted(name), free))
        free = boxes[name].row + 1
    return boxes


def _reached_without_errors(machine: StateMachine) -> set[str]:
    seen: set[str] = set()
    waiting = [machine.start]
    while waiting:
        name = waiting.pop()
        if name not in seen and machine.states[name].kind != "Fail":
            seen.add(name)
            waiting += [edge.to for edge in machine.states[name].edges if edge.why != CATCH]
    return seen


def _depths(machine: StateMachine, main: set[str]) -> dict[str, int]:
    """The longest way to each state of the left column, so that every line leads down."""
    depth: dict[str, int] = {}
    for name in (name for name in _in_order(machine) if name in main):
        before = [
            depth[start] for start, edge in _into(machine, name) if start in depth and edge.why != CATCH
        ]
        depth[name] = 1 + max(before, default=-1)
    return depth


def _in_order(machine: StateMachine) -> list[str]:
    """Each state after all that lead to it."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name not in done:
            for edge in reversed(machine.states[name].edges):
                visit(edge.to)
            done.append(name)

    visit(machine.start)
    return done[::-1]


def _into(machine: StateMachine, name: str) -> Iterator[tuple[str, Edge]]:
    for state in machine.states.values():
        for edge in state.edges:
            if edge.to == name:
                yield state.name, edge


def _path(start: Box, end: Box, lanes: dict[int, list[Lane]]) -> str:
    """Straight where nothing stands between, across to the other column, else along the outside."""
    if start.column == end.column:
        if end.row == start.row + 1:
            return f"M{start.centre} {start.bottom}V{end.y}"
        return _outside(start, end, lanes[start.column])
    if end.column == 1:
        if start.row == end.row:
            return f"M{start.right} {start.middle}H{end.x}"
        return f"M{start.right} {start.middle}H{end.x - GAP // 2}V{end.middle}H{end.x}"
    return f"M{start.centre} {start.bottom}V{end.middle}H{end.right}"


def _outside(start: Box, end: Box, lanes: list[Lane]) -> str:
    """A line beside the column, as near as there is room; all that lead to the same state share one."""
    away = LANE * (1 + _lane(start, end, lanes))
    if start.column == 0:
        return f"M{start.x} {start.middle}H{start.x - away}V{end.middle}H{end.x}"
    return f"M{start.right} {start.middle}H{start.right + away}V{end.middle}H{end.right}"


def _lane(start: Box, end: Box, lanes: list[Lane]) -> int:
    for number, lane in enumerate(lanes):
        if end.name in lane:
            return number
    free = (number for number, lane in enumerate(lanes) if start.row > max(lane.values()))
    if (number := next(free, len(lanes))) == len(lanes):
        lanes.append({})
    lanes[number][end.name] = end.row
    return number
