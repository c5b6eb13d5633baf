"""kill -9 of every part in the middle of the work: each submission comes to rest, no token stays."""

import io
import os
import signal
import time
from pathlib import Path

import pytest
import requests

from portal.client.api import Api, ApiError
from tests.fixtures.system import System, free_port, start, stop
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
AT_REST = {"COMPLETED", "FAILED", "NEEDS_SIGN_IN"}


def submit(system: System, count: int, seed: int) -> tuple[Api, list[str]]:
    api = system.api()
    contents = [tpt(rows=8, seed=seed + i).csv() for i in range(count)]
    return api, [api.submit("delivery.csv", io.BytesIO(content))["id"] for content in contents]


def states(api: Api, ids: list[str]) -> list[str]:
    try:
        return [api.submission(identifier)["state"] for identifier in ids]
    except (requests.RequestException, ApiError):
        return ["portal away"]


def wait_until(what: str, condition: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"{what} within {seconds:.0f} s"
        time.sleep(0.5)


def test_whatever_is_killed_every_submission_comes_to_rest_and_no_token_stays(tmp_path: Path) -> None:
    system = start(tmp_path / "home", free_port(), free_port())
    try:
        for number, victim in enumerate(("worker", "portal", "aws")):
            api, ids = submit(system, 3, 800 + 10 * number)
            if victim == "aws":
                time.sleep(11)  # what is older than ten seconds must be back; these submissions are
                api, more = submit(system, 2, 850)
                ids += more
            os.kill(system.pids()[victim], signal.SIGKILL)
            wait_until(
                f"after the {victim} was killed, every submission at rest",
                lambda api=api, ids=ids: set(states(api, ids)) <= AT_REST,
                150,
            )
            ssm = system.aws("ssm")
            wait_until(
                "every token parameter gone", lambda ssm=ssm: not ssm.describe_parameters()["Parameters"], 120
            )
        api, ids = submit(system, 1, 890)
        assert api.wait(ids[0])["verdict"] == "passed", "and the system works as before"
    finally:
        stop(system)
