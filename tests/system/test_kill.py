"""kill -9 of every part in the middle of the work: each submission comes to rest, no token stays."""

import io
import os
import random
import signal
import time
from pathlib import Path

import pytest
import requests

from portal.client.api import Api, ApiError
from tests.fixtures.system import System, free_port, start, stop
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
PARTS = ("aws", "portal", "worker")
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
    """Rounds of FUNDGATE_KILL_ROUNDS: in the first, everything at once; then one part at a random instant."""
    chance = random.Random(2026)
    system = start(tmp_path / "home", free_port(), free_port())
    try:
        for number in range(int(os.environ.get("FUNDGATE_KILL_ROUNDS", "1"))):
            victims = PARTS if number == 0 else (chance.choice(PARTS),)
            api, ids = submit(system, 3, 800 + 10 * number)
            if "aws" in victims:
                time.sleep(11)  # what is older than ten seconds must be back; these submissions are
                api, more = submit(system, 2, 5000 + 10 * number)
                ids += more
            time.sleep(chance.random())
            pids = system.pids()
            for victim in victims:
                os.kill(pids[victim], signal.SIGKILL)
            wait_until(
                f"after {', '.join(victims)} died, every submission at rest",
                lambda api=api, ids=ids: set(states(api, ids)) <= AT_REST,
                150,
            )
            ssm = system.aws("ssm")
            wait_until(
                "every token parameter gone", lambda ssm=ssm: not ssm.describe_parameters()["Parameters"], 120
            )
            api, ids = submit(system, 1, 9000 + number)
            assert api.wait(ids[0])["verdict"] == "passed", "and the system works as before"
    finally:
        stop(system)
