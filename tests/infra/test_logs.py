"""Who reads the functions' logs: the portal those of a run's functions, and nobody anything else."""

import json
from typing import Any

import pytest

from ingestion.aws.layout import LATER, STAGES
from ingestion.aws.packaging import packaged
from tests.infra.embedded import TEMPLATES, Platform, refused

RUN = (*STAGES, *LATER, "record-failure", "callback", "clean-up")
OTHERS = ("sweeper", "members", "anything-else")
DENIED = {"AccessDenied", "AccessDeniedException"}


def read(platform: Platform, who: dict[str, str], function: str) -> Any:
    logs = platform.server.client("logs", who)
    return logs.filter_log_events(logGroupName=f"/aws/lambda/fundgate-{function}", filterPattern='"x"')


@pytest.mark.aws
@pytest.mark.parametrize("function", RUN)
def test_the_portal_reads_the_log_of_each_function_of_a_run(platform: Platform, function: str) -> None:
    assert read(platform, platform.runtime("portal"), function)["events"] == []


@pytest.mark.aws
@pytest.mark.parametrize("function", OTHERS)
def test_the_portal_reads_no_other_log(platform: Platform, function: str) -> None:
    assert refused(lambda: read(platform, platform.runtime("portal"), function)) in DENIED


@pytest.mark.aws
@pytest.mark.parametrize(
    "who", ["worker", "fn-members", "pipeline", "clock", "alpine-am", *[f"fn-{f}" for f in RUN]]
)
def test_nobody_else_reads_any_log(platform: Platform, who: str) -> None:
    keys = platform.member(who) if who == "alpine-am" else platform.runtime(who)
    assert refused(lambda: read(platform, keys, "parse")) in DENIED


def test_each_function_that_the_state_machine_calls_logs_to_a_group_of_its_name() -> None:
    resources = json.loads(packaged(TEMPLATES / "platform.yaml"))["Resources"]
    groups = {
        body["Properties"]["LogGroupName"].removeprefix("/aws/lambda/fundgate-")
        for body in resources.values()
        if body["Type"] == "AWS::Logs::LogGroup"
    }
    assert set(RUN) <= groups
