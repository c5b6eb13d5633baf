"""What the worker takes from its queue: exactly our own messages."""

import base64
import json
import pickle
from typing import Any

import pytest

from ingestion.web.broker import is_genuine

START = "ingestion.web.tasks.start_execution"
SWEEP = "ingestion.web.tasks.sweep"


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
