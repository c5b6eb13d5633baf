"""The clock's message is one that a Celery worker takes from the queue and runs."""

import json
import subprocess
import sys

import pytest

from tests.infra.embedded import REGION, ROOT, Platform

pytestmark = pytest.mark.aws

WORKER = """
import sys
from celery import Celery
from celery.worker import state

url = sys.argv[1]
app = Celery("clock", broker="sqs://")
app.conf.update(
    task_default_queue="fundgate-work",
    worker_enable_remote_control=False,
    broker_transport_options={"predefined_queues": {"fundgate-work": {"url": url}}, "region": sys.argv[2],
                              "wait_time_seconds": 1, "polling_interval": 0.1},
)

@app.task(name="ingestion.web.tasks.sweep")
def sweep():
    print("SWEPT", flush=True)
    state.should_stop = 0

app.worker_main(["worker", "--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"])
"""


def schedule(platform: Platform, name: str) -> dict[str, object]:
    found: dict[str, object] = platform.server.client("scheduler").get_schedule(Name=name)
    return found


def test_the_clocks_tick_as_often_as_their_work_needs(platform: Platform) -> None:
    minute, quarter = "rate(1 minute)", "rate(15 minutes)"
    targets = {
        "fundgate-sweeper": ("function:fundgate-sweeper", minute),
        "fundgate-janitor": ("function:fundgate-janitor", minute),
        "fundgate-portal-sweep": ("fundgate-work", minute),
        "fundgate-portal-reminders": ("fundgate-work", quarter),
    }
    for name, (target, pace) in targets.items():
        found = schedule(platform, name)
        assert found["ScheduleExpression"] == pace
        assert found["State"] == "ENABLED"
        assert found["Target"]["Arn"].endswith(target)  # type: ignore[index]


def test_a_celery_worker_runs_the_sweep_from_the_clocks_message(platform: Platform) -> None:
    message = schedule(platform, "fundgate-portal-sweep")["Target"]["Input"]  # type: ignore[index]
    assert json.loads(message)["headers"]["task"] == "ingestion.web.tasks.sweep"
    queue = platform.outputs["QueueUrl"]
    sqs = platform.server.client("sqs")
    sqs.purge_queue(QueueUrl=queue)
    sqs.send_message(QueueUrl=queue, MessageBody=message)
    keys = {name.upper(): value for name, value in platform.runtime("worker").items()}
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, queue, REGION],
        env=keys | {"AWS_ENDPOINT_URL": platform.server.url, "AWS_DEFAULT_REGION": REGION},
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "SWEPT" in worker.stdout + worker.stderr, worker.stderr[-2000:]
