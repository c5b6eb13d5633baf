"""The parked token in the whole chain: it opens what is its user's, shows nowhere, and none is left."""

import csv
import io
import json
import os
import signal
import time
from pathlib import Path

import pytest

from ingestion.aws.events import Event
from ingestion.aws.layout import STAGES
from tests.ingestion.lambdas.chain import OTHER, OWNER, Chain, Run

pytestmark = pytest.mark.aws


def test_the_parked_token_is_gone_after_success_and_after_failure(chain: Chain, faulty: bytes) -> None:
    assert chain.run(faulty).parameter not in chain.parked()
    assert chain.run(faulty, chain.expired_token()).parameter not in chain.parked()


def test_neither_token_nor_cell_value_stands_in_history_logs_or_events(
    chain: Chain, done: Run, faulty: bytes
) -> None:
    token = chain.token()
    failed = chain.run(faulty, chain.token(OTHER))
    rows = list(csv.reader(io.StringIO(faulty.decode("utf-8-sig")), delimiter=";"))
    cells = {cell for row in rows[1:] for cell in row if len(cell) > 7 and not cell.startswith("20")}
    assert len(cells) > 20, "the sample holds values to look for"
    for each in (done, failed):
        history = json.dumps(chain.history(each), default=str)
        logs = "\n".join(chain.logs(each.submission))
        told = b"\n".join(
            seen.body
            for seen in chain.portal.received
            if seen.event.submission == each.submission and seen.event.kind.value != "extract"
        ).decode()
        assert len(logs) > 100
        for place in (history, logs, told):
            assert not [cell for cell in cells if cell in place]
            assert not any(part in place for part in token.split("."))
            assert "Traceback" not in place
    card = next(seen for seen in chain.portal.of(done.submission) if seen.index_card)
    assert any(portfolio["id"] in cells for portfolio in card.index_card["portfolios"]), (
        "its twin: the card does"
    )


def test_another_institutions_token_opens_nothing(chain: Chain, faulty: bytes) -> None:
    run = chain.run(faulty, chain.token(OTHER))
    assert (run.status, run.error) == ("FAILED", "ACCESS_DENIED")
    assert [(event.kind.value, event.stage, event.code) for event in chain.portal.of(run.submission)] == [
        ("error", "inspect", "ACCESS_DENIED")
    ]
    for institution in (OWNER, OTHER):
        assert not chain.keys(institution, "results", run.submission)
        assert not chain.keys(institution, "interim", run.submission)
    assert run.parameter not in chain.parked()
    assert chain.again(run).status == "SUCCEEDED", "its twin: the owner's token"


def test_a_user_who_signed_out_waits_and_one_without_institution_is_denied(
    chain: Chain, faulty: bytes
) -> None:
    leaver = chain.platform.add_user("leaver@alpine-am.example", OWNER)
    token = chain.platform.new_token(leaver)
    time.sleep(1.1)  # a sign-out ends the tokens of the seconds before it
    chain.client("cognito-idp").admin_user_global_sign_out(
        UserPoolId=chain.outputs["UserPoolId"], Username=leaver
    )
    assert chain.run(faulty, token).error == "TOKEN_EXPIRED"
    assert chain.run(faulty, chain.platform.new_token(leaver)).status == "SUCCEEDED", (
        "its twin: signed in again"
    )
    assert chain.run(faulty, chain.platform.token("nobody@nowhere.example")).error == "ACCESS_DENIED"


def test_a_token_that_is_gone_ends_in_token_missing(chain: Chain, faulty: bytes) -> None:
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.token())
    chain.client("ssm").delete_parameter(Name=parameter)
    state = chain.input(submission, original, parameter)
    assert chain.finish(state, chain.start(state)).error == "TOKEN_MISSING"


@pytest.mark.parametrize("last", ["none", *STAGES[:-1]])
def test_a_token_that_ends_after_any_stage_waits_and_a_fresh_one_finishes_with_the_same_result(
    chain: Chain, done: Run, faulty: bytes, last: str
) -> None:
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.expired_token() if last == "none" else chain.token())

    def end_the_hour(event: Event) -> None:
        if (event.submission, event.stage, event.kind.value) == (submission, last, "status"):
            chain.replace(parameter, chain.expired_token())

    chain.portal.when = end_the_hour
    state = chain.input(submission, original, parameter)
    waiting = chain.finish(state, chain.start(state))
    assert (waiting.status, waiting.error) == ("FAILED", "TOKEN_EXPIRED")
    resumed = chain.again(waiting)
    assert resumed.status == "SUCCEEDED"
    finished = STAGES[: STAGES.index(last) + 1] if last != "none" else ()
    # Quality looks anew at what came before
    finished = tuple(stage for stage in finished if stage != "quality")
    assert [stage for stage in STAGES if chain.marker(resumed, stage)["resumed"]] == list(finished)
    for stage in ("parse", "transform", "validate"):  # what Quality finds depends on what came before
        assert hashes(chain, resumed, stage) == hashes(chain, done, stage)
    assert resumed.output["verdict"] == done.output["verdict"]


def hashes(chain: Chain, run: Run, stage: str) -> dict[str, str]:
    return {each["name"]: each["sha256"] for each in chain.marker(run, stage)["outputs"]}


def test_a_stopped_runs_token_is_swept_and_a_running_ones_is_not(chain: Chain, faulty: bytes) -> None:
    seen: dict[str, object] = {}
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.token())
    state = chain.input(submission, original, parameter)
    arn = f"{chain.outputs['StateMachineArn'].replace(':stateMachine:', ':execution:')}:{submission}-1"

    def stop(event: Event) -> None:
        if (event.submission, event.stage, event.kind.value) == (submission, "parse", "status"):
            seen["while running"] = chain.invoke("sweeper", {})
            seen["still there"] = parameter in chain.parked()
            chain.client("stepfunctions").stop_execution(executionArn=arn)

    chain.portal.when = stop
    run = chain.finish(state, chain.start(state))
    assert run.status == "ABORTED"
    assert seen["still there"], seen
    assert parameter in chain.parked(), "nobody cleans up after a stop"
    assert chain.invoke("sweeper", {})["deleted"] == 1
    assert parameter not in chain.parked()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to find the process")
def test_a_function_killed_in_mid_stage_fails_its_run_and_leaves_no_token(
    chain: Chain, faulty: bytes
) -> None:
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.token())
    killed: list[int] = []

    def kill(event: Event) -> None:
        if (event.submission, event.kind.value) == (submission, "extract") and not killed:
            killed.extend(chain.processes("publish"))  # it is Publish itself that sends this event
            for process in killed:
                os.kill(process, signal.SIGKILL)

    chain.portal.when = kill
    state = chain.input(submission, original, parameter)
    run = chain.finish(state, chain.start(state))
    assert killed
    assert (run.status, run.error) == ("FAILED", "INTERNAL")
    assert parameter not in chain.parked()
    assert chain.again(run).status == "SUCCEEDED", "its twin: the next attempt"


def test_a_fresh_token_without_a_run_is_left_for_its_run(chain: Chain, faulty: bytes) -> None:
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.token())
    chain.invoke("sweeper", {})
    assert parameter in chain.parked()
    state = chain.input(submission, original, parameter)
    assert chain.finish(state, chain.start(state)).status == "SUCCEEDED"
