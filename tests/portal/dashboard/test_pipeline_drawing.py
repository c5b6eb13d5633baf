"""The drawing of the state machine: nothing is left out, nothing lies on top of something else."""

import re

from ingestion.web.state_machine import CATCH, Edge, StateMachine, StateOfMachine, state_machine
from portal.dashboard.pipeline_drawing import Box, Drawing, draw, drawing
from portal.dashboard.state_words import called


def box(of: Drawing, name: str) -> Box:
    return next(one for one in of.boxes if one.name == name)


def test_every_state_has_a_place_of_its_own() -> None:
    boxes = drawing().boxes
    assert {one.name for one in boxes} == set(state_machine().states)
    assert len({(one.column, one.row) for one in boxes}) == len(boxes)
    assert all(one.bottom <= drawing().height and one.right <= drawing().width for one in boxes)


def test_every_way_on_is_a_line() -> None:
    wanted = {(s.name, edge.to) for s in state_machine().states.values() for edge in s.edges}
    assert {(line.start, line.end) for line in drawing().lines} == wanted


def test_a_run_that_goes_well_stands_on_the_left_and_errors_on_the_right() -> None:
    good = set(state_machine().route(["inspect", "parse", "transform", "validate", "quality", "publish"]))
    left = {one.name for one in drawing().boxes if one.column == 0}
    assert good <= left
    assert {"ParseFailed", "RecordFailure", "Failed"}.isdisjoint(left)
    assert box(drawing(), "ParseFailed").row == box(drawing(), "Parse").row


def test_no_line_crosses_a_box() -> None:
    for line in drawing().lines:
        x = y = 0.0
        for command, first, second in re.findall(r"([MHV])(\d+)(?: (\d+))?", line.path):
            start = (x, y)
            x, y = (float(first), float(second)) if command == "M" else (
                (float(first), y) if command == "H" else (x, float(first))
            )  # fmt: skip
            if command == "M":
                continue
            for one in drawing().boxes:
                inside_x = min(start[0], x) < one.right - 1 and max(start[0], x) > one.x + 1
                inside_y = min(start[1], y) < one.bottom - 1 and max(start[1], y) > one.y + 1
                assert not (inside_x and inside_y), f"{line.start} to {line.end} runs over {one.name}"


def test_every_line_stays_within_the_drawing() -> None:
    for line in drawing().lines:
        across = [float(x) for x in re.findall(r"[MH](-?[\d.]+)", line.path)]
        assert min(across) > 0 and max(across) < drawing().width, f"{line.start} to {line.end}"


def test_a_state_that_comes_later_finds_its_place() -> None:
    states = [
        StateOfMachine("First", "Task", "", "first", (Edge("Extra", "next"), Edge("Oops", CATCH))),
        StateOfMachine("Extra", "Task", "", "extra", (Edge("End", "next"), Edge("Oops", CATCH))),
        StateOfMachine("Oops", "Fail", "", "", ()),
        StateOfMachine("End", "Succeed", "", "", ()),
    ]
    found = draw(StateMachine("First", {one.name: one for one in states}))
    assert [(one.name, one.column, one.row) for one in found.boxes] == [
        ("First", 0, 0), ("Extra", 0, 1), ("Oops", 1, 1), ("End", 0, 2),
    ]  # fmt: skip


def test_every_state_is_called_something_a_person_reads() -> None:
    for state in state_machine().states.values():
        assert " " in called(state), state.name
    assert called(StateOfMachine("NewThing", "Pass", "", "", ())) == "New Thing"
