"""What the worker takes from its queue: exactly our own messages."""

import base64
import json
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.web.broker import Channel, is_genuine
from portal.celery import app

START = "ingestion.web.tasks.start_execution"
SWEEP = "ingestion.web.tasks.sweep"
REMIND = "ingestion.schedule.tasks.remind"


def message(task: str, arguments: Any, **changed: Any) -> str:
    body = changed.get(
        "body", json.dumps([arguments, changed.get("named", {}), changed.get("after", {})]).encode()
    )
    envelope = {
        "body": base64.b64encode(body).decode(),
        "content-type": changed.get("content_type", "application/json"),
        "content-encoding": "utf-8",
        "headers": {"task": task, "id": "1"},
        "properties": {"body_encoding": "base64", "delivery_info": {}},
    }
    return json.dumps(envelope)


@pytest.mark.parametrize("wrap", [str, lambda text: base64.b64encode(text.encode()).decode()])
def test_our_messages_pass_plain_and_encoded(wrap: Any) -> None:
    assert is_genuine(wrap(message(START, [7])))
    assert is_genuine(wrap(message(SWEEP, [])))
    app.loader.import_default_modules()  # as a worker does when it starts
    assert is_genuine(wrap(message(REMIND, [])))
    nothing_after = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    assert is_genuine(wrap(message(START, [7], after=nothing_after)))


@pytest.mark.parametrize(
    "text",
    [
        message("os.system", ["id"]),
        message("celery.backend_cleanup", []),
        message(START, []),
        message(START, ["7"]),
        message(START, [True]),
        message(START, [7, 8]),
        message(START, [7], named={"entry_id": 8}),
        message(START, [7], after={"chain": [{"task": START}]}),
        message(START, [7], content_type="application/x-python-serialize", body=pickle.dumps([[7], {}, {}])),
        message(START, [7], body=pickle.dumps([[7], {}, {}])),
        message(START, [7], body=b"[" * 100_000),
        "",
        "null",
        "{}",
        "[]",
        "garbage",
        base64.b64encode(b"garbage").decode(),
        json.dumps({"content-type": "application/json", "headers": None, "properties": {}, "body": "e30="}),
    ],
)
def test_any_other_message_does_not(text: str) -> None:
    assert not is_genuine(text)


class Hub:
    """Notes what is to be called later."""

    def __init__(self) -> None:
        self.later: list[tuple[Any, ...]] = []

    def call_later(self, *call: Any) -> None:
        self.later.append(call)


class Queue:
    """An asynchronous connection that answers one poll, well or not at all."""

    def __init__(self, fails: bool) -> None:
        self.fails, self.renewals = fails, 0
        self.sqs_connection = self

    def renew(self) -> None:
        self.renewals += 1

    def receive_message(self, *poll: Any, callback: Any, **wanted: Any) -> None:
        if not self.fails:
            callback({"Messages": []})
            return
        try:
            raise RuntimeError("403")
        except RuntimeError:
            callback.throw()


@pytest.mark.parametrize("fails", [True, False])
def test_a_refused_poll_is_not_the_last_one(fails: bool) -> None:
    channel, queue, answers = Channel.__new__(Channel), Queue(fails), list[Any]()
    channel.connection = SimpleNamespace(client=SimpleNamespace(transport_options={}))  # type: ignore[assignment]
    channel.hub = Hub()  # type: ignore[assignment]
    channel._get_from_sqs("work", "http://queue", queue, callback=answers.append)
    again = [call[1:] for call in channel.hub.later]  # type: ignore[attr-defined]
    assert again == ([(channel._schedule_queue, "work")] if fails else [])
    assert queue.renewals == fails
    assert len(answers) == (not fails)


def test_no_answer_is_no_message() -> None:
    assert Channel.__new__(Channel)._on_messages_ready("url", "work", []) == 0
