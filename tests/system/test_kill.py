"""kill -9 of every part in the middle of the work: each submission comes to rest, no token stays.

What is handed to another institution meanwhile is there as a whole, or owed until somebody signs in.
"""

import hashlib
import io
import json
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import requests

from portal.client.api import Api, ApiError
from tests.fixtures.canary import parked, rows
from tests.fixtures.ports import free_port
from tests.fixtures.system import System, start, stop
from tests.system.exchanging import lying, open_grant, wait_for
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
PARTS = ("aws", "portal", "worker")
AT_REST = {"COMPLETED", "FAILED", "NEEDS_SIGN_IN"}
OWNER, RECIPIENT = "alpine-am", "borealis-insurance"


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


def copies(system: System) -> dict[str, str]:
    """Where each delivery stands under the grant."""
    found = rows(system, "SELECT submission_id, state FROM sharing_copy")
    return {str(UUID(submission)): state for submission, state in found}


def is_whole(system: System, grant: str, submission: str) -> bool:
    """Whether every file that its manifest names lies beside it, as it names it."""
    s3 = system.aws("s3")
    where = {
        key: bucket for bucket, key in lying(system, OWNER, RECIPIENT, grant).values() if submission in key
    }
    bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key, bucket in where.items()}
    manifest = next((body for key, body in bodies.items() if key.endswith("/manifest.json")), b"")
    said = json.loads(manifest)["receipt"]["files"] if manifest else {}
    hashes = {key.split("/", 5)[5]: hashlib.sha256(body).hexdigest() for key, body in bodies.items()}
    return bool(said) and all(hashes.get(name) == each["sha256"] for name, each in said.items())


def filled(system: System) -> int:
    """Somebody of the owner has some of what waits copied; how much."""
    answer = system.api().session.post(f"{system.url}/api/v1/grants/fill/", timeout=60)
    assert answer.ok, answer.text
    return int(answer.json()["done"])


def just_then(system: System) -> set[str]:
    """What was owed or copied in the last seconds: the embedded AWS, killed, forgets it, as no store does."""
    since = (datetime.now(UTC) - timedelta(seconds=11)).strftime("%Y-%m-%d %H:%M:%S")
    late = f"SELECT submission_id FROM sharing_copy WHERE owed_at > '{since}' OR done_at > '{since}'"
    return {str(UUID(submission)) for (submission,) in rows(system, late)}


def everything_is_handed_on_whole_or_owed(system: System, grant: str, forgotten: set[str]) -> None:
    """And when somebody of the owner signs in, nothing is owed any more, and nothing else lies there."""

    def found() -> dict[str, str]:
        return {each: state for each, state in copies(system).items() if each not in forgotten}

    for submission, state in found().items():
        assert state == "owed" or (state == "done" and is_whole(system, grant, submission)), submission
    while filled(system):
        pass
    assert set(found().values()) == {"done"}
    assert all(is_whole(system, grant, submission) for submission in found())
    there = {place.split("/")[4] for place in lying(system, OWNER, RECIPIENT, grant)}
    assert set(found()) <= there <= set(copies(system))


def killed_in_mid_share(system: System, grant: str, seed: int) -> None:
    """The portal is gone, all of its processes, when a first file of the delivery lies with the recipient."""
    api, (submission,) = submit(system, 1, seed)
    pid, s3 = system.pids()["portal"], system.aws("s3")
    wait_for(
        "its first file is copied",
        lambda: any(submission in place for place in lying(system, OWNER, RECIPIENT, grant, s3)),
        pause=0.03,
    )
    os.killpg(pid, signal.SIGKILL)
    wait_until("the portal is back", lambda: states(api, [submission]) == ["COMPLETED"], 60)
    wait_until("no run copies any more", lambda: not parked(system), 60)


def test_whatever_is_killed_every_submission_comes_to_rest_and_no_token_stays(tmp_path: Path) -> None:
    """Rounds of FUNDGATE_KILL_ROUNDS: in the first, everything at once; then one part at a random instant."""
    chance = random.Random(2026)
    system = start(tmp_path / "home", free_port(), free_port())
    try:
        grant, forgotten = open_grant(system, OWNER, RECIPIENT), set[str]()
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
            if "aws" in victims:
                forgotten |= just_then(system)
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
            killed_in_mid_share(system, grant, 9500 + number)
            everything_is_handed_on_whole_or_owed(system, grant, forgotten)
    finally:
        stop(system)
