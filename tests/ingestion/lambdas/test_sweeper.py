"""The sweeper's judgement, in this process and under its own role; test_chain_tokens runs it deployed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ingestion.lambdas.sweeper import handler as sweeper
from tests.ingestion.lambdas.chain import Chain

pytestmark = pytest.mark.aws


@pytest.fixture
def sweep(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Any:
    role = chain.platform.runtime("fn-sweeper")
    monkeypatch.setattr(sweeper, "client", lambda service, region: chain.client(service, role))
    monkeypatch.setenv("FUNDGATE_REGION", "eu-central-1")
    monkeypatch.setenv("FUNDGATE_STATE_MACHINE_ARN", chain.outputs["StateMachineArn"])
    return lambda: sweeper.sweep({})


def test_a_token_whose_run_never_began_is_deleted_after_a_while(
    chain: Chain, sweep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameter = chain.park(str(uuid4()), 1, chain.token())
    sweep()
    assert parameter in chain.parked()
    monkeypatch.setattr(sweeper, "NEVER_STARTED_AFTER", timedelta(seconds=-1))
    sweep()
    assert parameter not in chain.parked()


def test_more_tokens_than_one_page_are_all_looked_at(
    chain: Chain, sweep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parked = {chain.park(str(uuid4()), 1, chain.token()) for _ in range(55)}
    monkeypatch.setattr(sweeper, "NEVER_STARTED_AFTER", timedelta(seconds=-1))
    assert sweep()["seen"] >= len(parked)
    assert not parked & chain.parked()


def test_a_parameter_of_another_prefix_is_never_touched(
    chain: Chain, sweep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.client("ssm").put_parameter(Name="/other/setting", Value="kept", Type="String")
    chain.client("ssm").put_parameter(Name="/fundgate/tokens/odd", Value="x", Type="String")
    monkeypatch.setattr(sweeper, "NEVER_STARTED_AFTER", timedelta(seconds=-1))
    sweep()
    assert "/other/setting" in chain.parked()
    assert "/fundgate/tokens/odd" not in chain.parked(), "its twin: an odd name under the prefix goes"


def test_one_that_cannot_be_deleted_does_not_keep_the_others_alive(
    chain: Chain, sweep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubborn, other = (chain.park(str(uuid4()), 1, chain.token()) for _ in range(2))
    monkeypatch.setattr(sweeper, "NEVER_STARTED_AFTER", timedelta(seconds=-1))
    delete = sweeper.tokens.delete

    def refuse_one(ssm: Any, name: str) -> bool:
        if name == stubborn:
            raise sweeper.AwsError("Busy")
        return delete(ssm, name)

    monkeypatch.setattr(sweeper.tokens, "delete", refuse_one)
    with pytest.raises(sweeper.AwsError):
        sweep()
    assert other not in chain.parked()
    chain.client("ssm").delete_parameter(Name=stubborn)


class States:
    """Step Functions as the sweeper asks it, with one answer for every execution."""

    def __init__(self, status: str) -> None:
        self.status = status

    def describe_execution(self, **_: str) -> dict[str, str]:
        return {"status": self.status}


@pytest.mark.parametrize(
    ("status", "over"),
    [
        ("RUNNING", False),
        ("PENDING_REDRIVE", False),
        ("SUCCEEDED", True),
        ("FAILED", True),
        ("TIMED_OUT", True),
        ("ABORTED", True),
    ],
)
def test_a_token_outlives_its_run_in_no_state(
    monkeypatch: pytest.MonkeyPatch, status: str, over: bool
) -> None:
    machine = "arn:aws:states:eu-central-1:000000000000:stateMachine:fundgate-pipeline"
    monkeypatch.setenv("FUNDGATE_STATE_MACHINE_ARN", machine)
    name = sweeper.tokens.parameter_name(str(uuid4()), 1)
    assert sweeper._is_over(States(status), name, timedelta(0)) is over


def test_a_run_stopped_before_its_first_step_leaves_no_token(chain: Chain, sweep: Any) -> None:
    submission, original = chain.deliver(b"a;b\n1;2\n")
    parameter = chain.park(submission, 1, chain.token())
    state = chain.input(submission, original, parameter)
    arn = chain.start(state)
    chain.client("stepfunctions").stop_execution(executionArn=arn)
    assert chain.finish(state, arn).status == "ABORTED"
    assert parameter in chain.parked()
    sweep()
    assert parameter not in chain.parked()
