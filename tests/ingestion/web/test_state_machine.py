"""The pipeline's ASL file as pages read it: states, functions, and the way of a run."""

import json
from pathlib import Path

from django.conf import settings

from ingestion.aws.layout import LATER, STAGES
from ingestion.web.state_machine import CATCH, FILE, state_machine

DOCUMENT = json.loads((Path(settings.BASE_DIR) / FILE).read_text())
ENDING = ["CleanUp", "HasFailed"]


def route(*ran: str, broke_off: str = "") -> list[str]:
    return list(state_machine().route(ran, broke_off))


def test_every_state_of_the_file_is_there_with_every_way_on() -> None:
    machine = state_machine()
    assert list(machine.states) == list(DOCUMENT["States"])
    for name, body in DOCUMENT["States"].items():
        wanted = {body.get("Next"), body.get("Default"), *(one["Next"] for one in body.get("Choices", []))}
        wanted |= {one["Next"] for one in body.get("Catch", [])}
        assert {edge.to for edge in machine.states[name].edges} == wanted - {None}


def test_each_stage_is_the_state_of_one_function() -> None:
    stages = [state.stage for state in state_machine().states.values() if state.stage]
    assert sorted(stages) == sorted((*STAGES, *LATER))
    assert state_machine().states["CleanUp"].function == "clean-up"
    assert state_machine().states["RecordFailure"].function == "record-failure"
    assert state_machine().states["IsParsed"].function == ""


def test_a_catch_that_leads_where_the_state_leads_anyway_is_no_way_of_its_own() -> None:
    assert CATCH not in {edge.why for edge in state_machine().states["CallbackTransform"].edges}
    assert CATCH in {edge.why for edge in state_machine().states["Parse"].edges}


def test_a_run_with_findings_goes_through_every_stage_to_its_end() -> None:
    found = route(*STAGES, *LATER)
    assert [name.lower() for name in found if name.lower() in (*STAGES, *LATER)] == [*STAGES, *LATER]
    assert found[-4:] == [*ENDING, "Summary", "Finished"]


def test_a_run_without_findings_makes_no_workbook() -> None:
    found = route(*STAGES)
    assert "Annotate" not in found
    assert found[-5:] == ["HasFindings", *ENDING, "Summary", "Finished"]


def test_an_unreadable_file_goes_from_inspect_to_publish() -> None:
    found = route("inspect", "publish")
    assert found[:4] == ["Inspect", "CallbackInspect", "IsRecognised", "Publish"]
    assert found[-1] == "Finished"


def test_a_run_that_breaks_off_ends_as_failed() -> None:
    found = route("inspect", broke_off="parse")
    assert found[3:] == ["Parse", "ParseFailed", "RecordFailure", "CallbackFailure", *ENDING, "Failed"]
