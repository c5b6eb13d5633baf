"""Static checks of the state machine: the emulator does not enforce what AWS will."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.aws.layout import LATER, STAGES
from ingestion.lambdas import failures
from tests.infra.embedded import ROOT

MACHINE = json.loads((ROOT / "infra" / "statemachine" / "pipeline.asl.json").read_text())
STATES: dict[str, dict[str, Any]] = MACHINE["States"]
EACH: dict[str, dict[str, Any]] = STATES["ShareEach"]["ItemProcessor"]["States"]
CHECKED: dict[str, dict[str, Any]] = STATES["AcceptEach"]["ItemProcessor"]["States"]
TASKS = {name: state for name, state in (STATES | EACH | CHECKED).items() if state["Type"] == "Task"}
FUNCTIONS = {
    f"${{{name}FunctionArn}}"
    for name in (
        *(stage.capitalize() for stage in (*STAGES, *LATER)),
        "Accept",
        "Share",
        "RecordFailure",
        "Callback",
        "CleanUp",
    )
}


def successors(state: dict[str, Any]) -> list[str]:
    found = [state[name] for name in ("Next", "Default") if name in state]
    return found + [each["Next"] for field in ("Catch", "Choices") for each in state.get(field, [])]


def paths(name: str = MACHINE["StartAt"], seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every way from the start to an end; the machine has no loops."""
    assert name not in seen, f"a loop through {name}"
    following = successors(STATES[name])
    if not following:
        yield (*seen, name)
    for each in following:
        yield from paths(each, (*seen, name))


def test_every_task_has_a_timeout_a_retry_with_full_jitter_and_a_catch_of_everything() -> None:
    assert len(TASKS) >= len(STAGES) + 3
    for name, task in TASKS.items():
        assert task["TimeoutSeconds"] > 0, name
        assert task["Retry"], name
        assert all(
            retry["JitterStrategy"] == "FULL" and retry["MaxAttempts"] >= 2 for retry in task["Retry"]
        ), name
        assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
    assert MACHINE["TimeoutSeconds"] <= 3600, "no run outlives the token by much"


def test_every_way_through_the_machine_cleans_up_before_it_ends() -> None:
    ways = list(paths())
    assert len(ways) > 20
    for way in ways:
        assert "CleanUp" in way, way
        assert STATES[way[-1]]["Type"] in ("Succeed", "Fail")
    assert {way[-1] for way in ways} == {"Failed", "Finished"}


def test_a_failed_stage_is_recorded_told_and_cleaned_up_in_this_order() -> None:
    for stage in (stage.capitalize() for stage in STAGES):
        caught = STATES[stage]["Catch"][0]
        assert caught["ResultPath"] == "$.error"
        way = next(way for way in paths(caught["Next"]) if way[-1] == "Failed")
        assert [name for name in way if name in TASKS] == ["RecordFailure", "CallbackFailure", "CleanUp"]
        assert STATES[way[0]]["Result"] == stage.lower()


def test_the_stages_follow_each_other_and_each_is_told_to_the_portal() -> None:
    good = [way for way in paths() if way[-1] == "Finished" and "RecordFailure" not in way]
    longest = max(good, key=len)
    told = [name for name in longest if name in TASKS and name != "Share"]
    assert told == [
        *(
            name
            for stage in (*STAGES, *LATER)
            for name in (stage.capitalize(), f"Callback{stage.capitalize()}")
        ),
        "CleanUp",
    ]


def test_the_end_is_told_before_it_is_handed_on_and_no_failure_of_that_changes_it() -> None:
    """Whatever becomes of Share, and of each part of it, the way leads on, and no failure is recorded."""
    assert STATES["CallbackPublish"]["Next"] == "Share"
    assert STATES["Share"]["Next"] == "MustPass"
    onwards = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "HasFindings"}
    assert STATES["Share"]["Catch"] == STATES["ShareEach"]["Catch"] == [onwards]
    assert STATES["ShareEach"]["Next"] == "HasFindings" and STATES["ShareEach"]["ResultPath"] is None
    assert EACH["HandOver"]["Catch"][-1]["Next"] == "NotHandedOver"
    assert all(state.get("End") for state in EACH.values())


def test_only_what_must_pass_a_recipients_rulebook_is_checked_again_and_it_goes_on_whatever_comes_of_it() -> (
    None
):
    (choice,) = STATES["MustPass"]["Choices"]
    assert (choice["Variable"], choice["IsPresent"]) == ("$.share.rulebooks[0]", True)
    assert (choice["Next"], STATES["MustPass"]["Default"]) == ("AcceptEach", "ShareEach")
    onwards = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "ShareEach"}
    assert STATES["AcceptEach"]["Catch"] == [onwards] and STATES["AcceptEach"]["Next"] == "ShareEach"
    assert CHECKED["Accept"]["Catch"][-1]["Next"] == "NotChecked" and CHECKED["NotChecked"]["End"]


def test_the_end_is_told_before_the_workbook_is_made_and_no_failure_of_that_changes_it() -> None:
    """Whatever becomes of Annotate, the way leads on to the same end, and no failure is recorded."""
    assert STATES["HasFindings"]["Choices"][0]["Next"] == "Annotate"
    for way in (way for way in paths() if "Annotate" in way):
        assert way.index("CallbackPublish") < way.index("Annotate")
    caught = STATES["Annotate"]["Catch"]
    assert caught == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "CleanUp"}]
    for way in paths(caught[0]["Next"]):
        assert "RecordFailure" not in way


def test_no_workbook_is_made_where_nothing_was_found() -> None:
    choice = STATES["HasFindings"]
    seen = {each["Variable"]: each["NumericGreaterThan"] for each in choice["Choices"][0]["Or"]}
    assert seen == {f"$.publish.counts.{severity}": 0 for severity in ("error", "warning", "info")}
    assert choice["Default"] == "CleanUp"


@pytest.mark.parametrize("stage", ["Inspect", "Parse"])
def test_what_a_stage_finds_unreadable_goes_to_publish(stage: str) -> None:
    choice = STATES[STATES[f"Callback{stage}"]["Next"]]
    assert choice["Default"] == "Publish"
    assert choice["Choices"][0]["Variable"] == f"$.{stage.lower()}.readable"


def test_a_portal_that_is_away_never_decides_the_end() -> None:
    for name, task in TASKS.items():
        if name.startswith("Callback"):
            assert task["Catch"][-1]["Next"] == task["Next"]
            assert task["ResultPath"] is task["Catch"][-1]["ResultPath"] is None


def test_stages_are_tried_again_when_aws_was_away_and_the_class_of_that_name_exists() -> None:
    for stage in STAGES:
        retried = {name for retry in STATES[stage.capitalize()]["Retry"] for name in retry["ErrorEquals"]}
        assert failures.AwsUnavailable.__name__ in retried
        assert {"Lambda.TooManyRequestsException", "Lambda.Unknown", "Lambda.ServiceException"} <= set(
            retried
        )


def test_the_machine_names_exactly_the_functions_the_template_gives_it() -> None:
    assert {task["Resource"] for task in TASKS.values()} == FUNCTIONS


def test_a_task_waits_longer_than_its_function_may_run() -> None:
    from ingestion.aws.stacks import packaged

    template = json.loads(packaged(ROOT / "infra" / "cloudformation" / "platform.yaml"))
    for name, task in TASKS.items():
        function = template["Resources"][task["Resource"].removeprefix("${").removesuffix("Arn}")]
        assert task["TimeoutSeconds"] >= function["Properties"]["Timeout"], name
