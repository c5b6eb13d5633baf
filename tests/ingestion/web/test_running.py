"""On the running system: forged messages do nothing, and what never called back is found by the sweep."""

import base64
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.local import platform
from infra.local.home import ROOT, Home
from tests.fixtures.system import System
from tests.ingestion.web.test_messages import START, message
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system


class Touch:
    """A pickle that would leave a file behind if anybody opened it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def submit(system: System, seed: int, role: str = "uploader") -> str:
    api = system.api(role=role)
    content = tpt(rows=30, seed=seed).csv()
    identity: str = api._call("POST", "/api/v1/submissions/", files={"file": ("a.csv", content)})["id"]
    return identity


def worker(system: System, code: str) -> str:
    """Runs a piece of the worker's code as the worker: its role, its database."""
    return run_as("worker", system, code)


def run_as(profile: str, system: System, code: str, **changed: str) -> str:
    """Runs code in a process of its own with a profile's role and settings, some of them changed."""
    home = Home(system.home, int(system.url.rsplit(":", 1)[1]), int(system.aws_url.rsplit(":", 1)[1]))
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env=platform.process_environment(home, system.settings, profile) | changed,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_forged_foreign_and_pickled_messages_do_nothing_and_the_next_upload_runs(
    system: System, tmp_path: Path
) -> None:
    queue, sqs = system.settings["FUNDGATE_QUEUE_URL"], system.aws("sqs")
    mark = tmp_path / "opened"
    pickled = pickle.dumps([[Touch(mark)], {}, {}])
    pickle.loads(pickled)  # it would work, were it opened
    assert mark.exists()
    mark.unlink()
    for text in (
        message(START, [1], content_type="application/x-python-serialize", body=pickled),
        message(START, [1], body=pickled),
        message("os.system", [f"touch {mark}"]),
        message(START, ["1; drop table"]),
        json.dumps({"body": base64.b64encode(b"{}").decode(), "properties": {"body_encoding": "base64"}}),
        "not a message at all",
    ):
        sqs.send_message(QueueUrl=queue, MessageBody=text)
    before = system.pids()["worker"]
    assert system.api().wait(submit(system, 601))["state"] == "COMPLETED"
    assert not mark.exists()
    assert system.pids()["worker"] == before


def test_an_upload_outlives_a_queue_that_takes_nothing(system: System) -> None:
    queue = system.settings["FUNDGATE_QUEUE_URL"] + "-that-is-not-there"
    content = tpt(rows=30, seed=605).csv().decode()
    code = f"""
from unittest import TestCase
from django.core.files.base import ContentFile
from django.test import Client
with TestCase().assertLogs("ingestion.web.services.outbox", "WARNING"):  # it says that nobody was told
    answer = Client(headers={{"host": "127.0.0.1", "authorization": "Bearer {system.id_token()}"}}).post(
        "/api/v1/submissions/", {{"file": ContentFile({content!r}, "a.csv")}})
assert answer.status_code == 201, answer.content
print(answer.json()["id"], answer.json()["state"])
"""
    identity, state = run_as("portal", system, code, FUNDGATE_QUEUE_URL=queue).split()
    assert state == "QUEUED"
    worker(
        system,
        f"""
from datetime import timedelta
from django.utils import timezone
from ingestion.web.models import OutboxEntry
from ingestion.web.services import dispatch_outbox
long_ago = timezone.now() - timedelta(minutes=1)
OutboxEntry.objects.filter(submission="{identity}", dispatched_at=None).update(created_at=long_ago)
dispatch_outbox()
""",
    )
    assert system.api().wait(identity)["verdict"] == "passed"


def test_a_run_whose_callbacks_were_lost_converges_with_its_results(system: System) -> None:
    identity = submit(system, 602)
    told = system.api().wait(identity)
    assert told["state"] == "COMPLETED"
    worker(
        system,
        f"""
from datetime import timedelta
from django.utils import timezone
from ingestion.web.models import Submission, PipelineEvent, StageRun
from ingestion.web.services import reconcile
found = Submission.objects.filter(pk="{identity}")
PipelineEvent.objects.filter(submission__in=found).delete()
StageRun.objects.filter(submission__in=found).delete()
found.update(state="RUNNING", verdict="", error_count=0, warning_count=0, info_count=0, results={{}},
             index_card=None, finished_at=None, template="", template_version="", delivery_key="",
             state_since=timezone.now() - timedelta(minutes=5))
assert reconcile() == 1
""",
    )
    api = system.api()
    list(api.findings(identity))
    again = api.submission(identity)
    same = ("state", "verdict", "code", "counts", "template", "template_version", "index_card")
    assert {name: again[name] for name in same} == {name: told[name] for name in same}
    assert [step["state"] for step in again["steps"]] == [step["state"] for step in told["steps"]]


def test_a_run_that_step_functions_does_not_know_waits_for_a_sign_in(system: System) -> None:
    identity = submit(system, 603)
    system.api().wait(identity)
    worker(
        system,
        f"""
from datetime import timedelta
from django.utils import timezone
from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.services import reconcile  # before the worker could see what is to be found
found = Submission.objects.get(pk="{identity}")
entry = OutboxEntry.objects.get(submission=found)
entry.pk, entry.attempt = None, 7
entry.save()
long_ago = timezone.now() - timedelta(minutes=5)
Submission.objects.filter(pk=found.pk).update(state="QUEUED", verdict="", attempt=7, state_since=long_ago)
assert reconcile() == 1
""",
    )
    waiting = system.api().submission(identity)
    assert (waiting["state"], waiting["code"]) == ("NEEDS_SIGN_IN", "TOKEN_MISSING")


def test_the_same_start_twice_is_one_execution(system: System) -> None:
    identity = submit(system, 604)
    system.api().wait(identity)
    worker(
        system,
        f"""
from ingestion.web.models import OutboxEntry, Submission
OutboxEntry.objects.filter(submission="{identity}").update(dispatched_at=None)
Submission.objects.filter(pk="{identity}").update(state="QUEUED", verdict="")
from ingestion.web.services import start
entry = OutboxEntry.objects.get(submission="{identity}")
assert start(entry.pk)
assert not start(entry.pk)
""",
    )
    machine = system.aws("stepfunctions")
    found = machine.list_executions(
        stateMachineArn=system.settings["FUNDGATE_STATE_MACHINE_ARN"], maxResults=1000
    )
    assert [one["name"] for one in found["executions"]].count(f"{identity}-1") == 1
