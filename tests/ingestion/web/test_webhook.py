"""Only the callback key's owner is believed, and only now; every changed bit is refused."""

import base64
import json
import time
from dataclasses import asdict, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client

from ingestion.aws.events import MAX_BODY_BYTES, Event
from ingestion.web import public_keys, webhook
from ingestion.web.errors import ForgedCallback
from ingestion.web.models import PipelineEvent, Submission
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import Run

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def callback_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public key as KMS would hand it out; its private half is here instead of in KMS."""
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    monkeypatch.setitem(public_keys.known, settings.FUNDGATE_CALLBACK_KEY_ARN, public)


def signed(body: bytes, timestamp: str, key: ec.EllipticCurvePrivateKey = KEY) -> str:
    raw = key.sign(timestamp.encode() + b"." + body, ec.ECDSA(hashes.SHA256()))
    return base64.b64encode(raw).decode()


def post(body: bytes, **changed: str) -> Any:
    timestamp = changed.get("timestamp", str(int(time.time())))
    headers = {
        "X-Fundgate-Timestamp": timestamp,
        "X-Fundgate-Key-Id": changed.get("key_id", settings.FUNDGATE_CALLBACK_KEY_ARN),
        "X-Fundgate-Signature": changed.get("signature", signed(body, timestamp)),
    }
    return Client(enforce_csrf_checks=True).post(
        "/internal/events/", data=body, content_type="application/json", headers=headers
    )


def refusals() -> int:
    """Records of signed events that were refused."""
    return AuditRecord.objects.filter(tag=AuditTag.EVENT_REFUSED).count()


def first_event(owner: Actor) -> Event:
    return Run().events(submission(owner))[0]


def test_a_genuine_event_counts_once_and_is_acknowledged_twice(owner: Actor) -> None:
    event = first_event(owner)
    first, second = post(event.body()), post(event.body())
    assert (first.status_code, first.json()) == (200, {"status": "applied"})
    assert (second.status_code, second.json()) == (200, {"status": "duplicate"})
    assert Submission.objects.get(pk=event.submission).state == State.RUNNING
    assert PipelineEvent.objects.count() == 1


def test_every_flipped_bit_is_refused_and_the_intact_twin_accepted() -> None:
    body, timestamp = b'{"id":"x","counts":{"error":1}}', str(int(time.time()))
    signature = signed(body, timestamp)
    raw = base64.b64decode(signature)
    key_id = settings.FUNDGATE_CALLBACK_KEY_ARN

    def accepted(timestamp: str, key_id: str, signature: str, body: bytes) -> bool:
        try:
            webhook.require_genuine(timestamp=timestamp, key_id=key_id, signature=signature, body=body)
        except ForgedCallback:
            return False
        return True

    assert accepted(timestamp, key_id, signature, body)
    assert not any(accepted(timestamp, key_id, signature, bad) for bad in flipped(body))
    assert not any(accepted(timestamp, key_id, base64.b64encode(bad).decode(), body) for bad in flipped(raw))
    assert not any(
        accepted(bad.decode("latin-1"), key_id, signature, body) for bad in flipped(timestamp.encode())
    )
    assert not any(
        accepted(timestamp, bad.decode("latin-1"), signature, body) for bad in flipped(key_id.encode())
    )


def flipped(data: bytes) -> list[bytes]:
    """The data with each of its bits changed, one at a time."""
    return [
        data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]
        for at in range(len(data))
        for bit in range(8)
    ]


@pytest.mark.parametrize("seconds", [-301, 301, -86400])
def test_an_event_from_another_time_is_refused_though_its_signature_is_right(
    owner: Actor, seconds: int
) -> None:
    event = first_event(owner)
    assert post(event.body(), timestamp=str(int(time.time()) + seconds)).status_code == 403
    assert post(event.body(), timestamp=str(int(time.time()) + seconds % 200)).status_code == 200


@pytest.mark.parametrize("timestamp", ["", "now", "１２３", "1" * 400, "-5"])
def test_a_time_that_is_none_is_refused(owner: Actor, timestamp: str) -> None:
    event = first_event(owner)
    signature = signed(event.body(), timestamp)
    headers = {"timestamp": timestamp if timestamp.isascii() else "x", "signature": signature}
    assert post(event.body(), **headers).status_code == 403


def test_another_key_is_refused_even_with_a_right_signature_of_its_own(owner: Actor) -> None:
    body, now = first_event(owner).body(), str(int(time.time()))
    other = ec.generate_private_key(ec.SECP256R1())
    assert post(body, timestamp=now, signature=signed(body, now, other)).status_code == 403
    assert post(body, timestamp=now, key_id="arn:aws:kms:eu-central-1:1:key/other").status_code == 403
    assert refusals() == 0, "what anybody can send fills the log at most"
    assert post(body, timestamp=now).status_code == 200


def test_a_body_that_is_too_large_is_not_read(owner: Actor) -> None:
    event = first_event(owner)
    assert post(event.body() + b" " * MAX_BODY_BYTES).status_code == 413
    assert post(event.body()).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"index_card": {"template": "TPT"}},
        {"attempt": 0},
        {"attempt": True},
        {"kind": "status "},
        {"submission": "../x"},
        {"version": 2},
        {"counts": {"error": -1, "warning": 0, "info": 0}},
        {"id": "another"},
    ],
)
def test_what_does_not_fit_the_schema_is_refused(owner: Actor, change: dict[str, Any]) -> None:
    event = first_event(owner)
    body = json.dumps(asdict(event) | change).encode()
    assert post(body).status_code == 400
    assert not PipelineEvent.objects.exists()
    assert refusals() == 1
    assert post(event.body()).status_code == 200
    assert refusals() == 1


def test_an_index_card_counts_from_publish_alone(owner: Actor) -> None:
    event = next(one for one in Run().events(submission(owner)) if one.index_card)
    elsewhere = replace(event, stage="inspect", id=event.id.replace(":publish:", ":inspect:"))
    assert elsewhere.id != event.id
    assert post(elsewhere.body()).status_code == 400
    assert Submission.objects.get(pk=event.submission).index_card is None
    assert post(event.body()).status_code == 200
    assert Submission.objects.get(pk=event.submission).index_card is not None


def test_an_unknown_submission_is_not_acknowledged(owner: Actor) -> None:
    event = first_event(owner)
    gone = "00000000-0000-4000-8000-000000000000"
    stranger = replace(event, submission=gone, id=event.id.replace(event.submission, gone))
    assert post(stranger.body()).status_code == 404
    assert AuditRecord.objects.get(tag=AuditTag.EVENT_REFUSED).subject_id == gone
    assert post(event.body()).status_code == 200
    assert refusals() == 1


def test_only_post_is_answered() -> None:
    assert Client().get("/internal/events/").status_code == 405
