"""What the pipeline and the janitor ask over the signed route: nobody else gets an answer."""

import json
import time
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client

from ingestion.aws import receipts, signing
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from sharing import services
from sharing.models import Copy, Grant
from sharing.states import CopyState
from tests.ingestion.web.test_webhook import callback_key, signed  # noqa: F401
from tests.sharing.conftest import delivery

FOLLOWED = {"ruleset_version": "TPT-7.0", "rulebook_version": "", "rulebook_sha256": ""}
"""What a run says of the rules behind its verdict, where the owner has no rulebook."""
SAID: dict[str, Any] = {"followed": FOLLOWED, "released": False}


@pytest.fixture(autouse=True)
def sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's receipt key, which KMS holds: how a manifest is signed is tried with the embedded AWS."""
    monkeypatch.setattr(receipts, "sealed", lambda kms, key_arn, content: {"receipt": content})


def ask(kind: str, *, key: ec.EllipticCurvePrivateKey | None = None, **more: Any) -> Any:
    body, timestamp = json.dumps({"kind": kind, **more}).encode(), str(int(time.time()))
    headers = {
        signing.TIMESTAMP_HEADER: timestamp,
        signing.KEY_ID_HEADER: settings.FUNDGATE_CALLBACK_KEY_ARN,
        signing.SIGNATURE_HEADER: signed(body, timestamp, key) if key else signed(body, timestamp),
    }
    return Client(enforce_csrf_checks=True).post(
        "/internal/exchange/", data=body, content_type="application/json", headers=headers
    )


@pytest.fixture
def came(owner: Actor, accepted: Grant) -> Submission:
    """A delivery that is owed under the grant."""
    return delivery(owner)


def about(submission: Submission) -> dict[str, Any]:
    return {"submission": str(submission.id), "attempt": submission.attempt}


def test_a_run_is_told_what_is_owed_and_what_to_copy(came: Submission, accepted: Grant) -> None:
    (copy,) = ask("owed", **about(came)).json()["copies"]
    (order,) = ask("orders", copies=[copy], **SAID, **about(came)).json()["orders"]
    assert (order["grant"], order["owner"], order["recipient"]) == (str(accepted.id), "alpine-am", "borealis")
    assert order["files"]["original"]["key"] == came.object_key
    assert order["manifest"]["receipt"]["files"]["original"]["sha256"] == came.sha256
    assert ask("delivered", copies=[copy], **about(came)).json() == {"take_back": []}
    assert Copy.objects.get().state == CopyState.DONE
    assert ask("owed", **about(came)).json()["copies"] == []


def test_what_another_delivery_is_owed_is_not_told(owner: Actor, came: Submission) -> None:
    (copy,) = ask("owed", **about(came)).json()["copies"]
    another = delivery(owner, day="2026-01-31")
    assert ask("orders", copies=[copy], **SAID, **about(another)).json()["orders"] == []
    ask("delivered", copies=[copy], **about(another))
    assert Copy.objects.get(pk=copy).state == CopyState.OWED


def test_an_earlier_attempt_is_told_nothing(came: Submission) -> None:
    assert ask("owed", submission=str(came.id), attempt=came.attempt + 1).status_code == 404
    assert ask("owed", submission=str(uuid4()), attempt=1).status_code == 404


def test_a_copy_of_a_grant_that_ended_is_to_be_taken_back(
    came: Submission, accepted: Grant, admin: Actor
) -> None:
    (copy,) = ask("owed", **about(came)).json()["copies"]
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    told = ask("delivered", copies=[copy], **about(came)).json()
    assert told == {"take_back": [{"grant": str(accepted.id), "recipient": "borealis"}]}
    assert ask("orders", copies=[copy], **SAID, **about(came)).json()["orders"] == []


def test_the_janitor_is_told_what_has_ended_until_it_is_gone_and_once_more_later(
    came: Submission, accepted: Grant, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("endings").json()["endings"] == []
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    (ending,) = ask("endings").json()["endings"]
    assert ending["grant"] == str(accepted.id) and ending["submission"] == str(came.id)
    assert ask("gone", copies=[ending["copy"]]).json() == {"gone": 1}
    assert ask("endings").json()["endings"] == []
    monkeypatch.setattr("sharing.services.deleting.LOOK_AGAIN", timedelta(seconds=-1))
    assert ask("endings").json()["endings"] == [ending]
    ask("gone", copies=[ending["copy"]])
    assert ask("endings").json()["endings"] == []


def place_of(copy: Copy, **other: Any) -> list[Any]:
    place = {"owner": "alpine-am", "grant": str(copy.grant_id), "submission": str(copy.submission_id)}
    return [*(place | {"attempt": 2} | other).values()]


def strays(*places: list[Any], recipient: str = "borealis") -> list[int]:
    answer = ask("strays", recipient=recipient, places=places, rulebooks=[])
    return cast(list[int], answer.json()["strays"])


NOTHING: dict[str, Any] = {"owners": [], "places": 0, "nameless": 0, "versions": 0}
LOOKED = {"recipient": "alpine-am", "after": "", "strays": NOTHING}


def test_what_no_copy_accounts_for_is_a_stray(came: Submission) -> None:
    copy = Copy.objects.get()
    wrong = [{"owner": "cedar-pension"}, {"grant": str(uuid4())}, {"submission": str(uuid4())}]
    assert strays(place_of(copy), *(place_of(copy, **each) for each in wrong)) == [1, 2, 3]
    assert strays(place_of(copy), recipient="alpine-am") == [0], "it was not granted to that institution"


@pytest.mark.parametrize(
    ("state", "looked_again", "attempts"),
    [
        (CopyState.OWED, False, []),
        (CopyState.DONE, False, [1]),  # what was handed on before is shown to nobody any more
        (CopyState.ENDING, False, []),
        (CopyState.GONE, False, []),
        (CopyState.GONE, True, [1, 2, 3]),
    ],
)
def test_a_copy_accounts_for_what_lies_there_or_may_soon(
    state: str, looked_again: bool, attempts: list[int], came: Submission
) -> None:
    Copy.objects.update(state=state, looked_again=looked_again, attempt=2)
    places = [place_of(Copy.objects.get(), attempt=attempt) for attempt in (1, 2, 3)]
    assert [number + 1 for number in strays(*places)] == attempts


def test_what_is_deleted_as_a_stray_stands_in_the_trail_of_the_recipient_before_and_once(
    borealis: Institution,
) -> None:
    records = AuditRecord.objects.filter(tag=AuditTag.STRAYS_DELETED)
    for strays in (NOTHING, {"owners": ["alpine-am"], "places": 1, "nameless": 2, "versions": 5}):
        looked = ask("look").json() | {"after": "from/x", "strays": strays}
        first, again = (ask("looked", **looked).json() for _ in range(2))
        assert first["noted"] == ask("look").json()["since"], "whoever is told so deletes"
        assert again == {"noted": None}, "the answer got lost, or another looks there too"
    assert records.get().institution_id == borealis.pk and records.get().detail == strays


def test_asking_what_is_a_stray_is_no_deletion(came: Submission) -> None:
    assert strays(place_of(Copy.objects.get(), grant=str(uuid4()))) == [0]
    assert not AuditRecord.objects.filter(tag=AuditTag.STRAYS_DELETED)


def test_every_exchange_bucket_is_looked_through_to_its_end_and_again_hours_later(
    borealis: Institution, cedar: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked(after: str = "") -> str | None:
        where = ask("look").json()
        if where["recipient"]:
            ask("looked", **where | {"after": after, "strays": NOTHING})
        return where["recipient"] and f"{where['recipient']} {where['after']}".strip()

    assert [looked("from/x"), looked(), looked(), looked()] == [
        "borealis", "cedar-pension", "borealis from/x", None,
    ]  # fmt: skip
    monkeypatch.setattr("sharing.services.sweeping.LOOK_EVERY", timedelta(seconds=-1))
    assert looked() == "cedar-pension"


@pytest.mark.parametrize(
    "kind",
    ["owed", "orders", "demands", "releases", "delivered", "endings", "gone", "look", "strays", "looked"],
)
def test_whoever_does_not_hold_the_callback_key_gets_no_answer(kind: str, came: Submission) -> None:
    asked = about(came) | {"recipient": "borealis", "after": "", "strays": NOTHING}
    asked |= {name: [] for name in ("copies", "rulebooks", "places")} | {
        "followed": FOLLOWED,
        "released": False,
    }
    assert ask(kind, **asked).status_code == 200
    assert ask(kind, key=ec.generate_private_key(ec.SECP256R1()), **asked).status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "everything"},
        {"kind": None},
        {"kind": ["owed"]},
        {"kind": "owed"},
        {"kind": "owed", "submission": "x", "attempt": 1},
        {"kind": "owed", "submission": str(uuid4()), "attempt": True},
        {"kind": "orders", "copies": []},
        {"kind": "orders", "copies": [], "followed": FOLLOWED},
        {"kind": "orders", "copies": [], "followed": FOLLOWED, "released": 1},
        {"kind": "orders", "copies": [], "followed": {}, "released": True},
        {"kind": "orders", "copies": [], "followed": FOLLOWED | {"ruleset_version": None}},
        {"kind": "orders", "copies": [], "followed": FOLLOWED | {"title": "A fund's name"}},
        {"kind": "gone"},
        {"kind": "gone", "copies": "all"},
        {"kind": "gone", "copies": [True]},
        {"kind": "gone", "copies": list(range(201))},
        {"kind": "looked", **LOOKED, "after": 1},
        {"kind": "looked", **LOOKED, "since": "yesterday"},
        {"kind": "looked", **LOOKED, "since": 1},
        {"kind": "looked", "recipient": "alpine-am", "after": ""},
        {"kind": "looked", **LOOKED, "strays": NOTHING | {"places": -1}},
        {"kind": "looked", **LOOKED, "strays": NOTHING | {"nameless": 201}},
        {"kind": "looked", **LOOKED, "strays": NOTHING | {"versions": True}},
        {"kind": "looked", **LOOKED, "strays": NOTHING | {"owners": ["A fund's name"]}},
        {"kind": "looked", **LOOKED, "strays": NOTHING | {"more": 1}},
        {"kind": "strays", "recipient": "alpine-am", "places": "all"},
        {"kind": "strays", "recipient": "alpine-am", "places": [["a", "b", "c", 1]]},
        {"kind": "strays", "recipient": "alpine-am", "places": [[]]},
        {"kind": "strays", "recipient": "alpine-am", "places": []},
        {"kind": "strays", "recipient": "alpine-am", "places": [], "rulebooks": [["a"]]},
    ],
)
def test_what_is_no_question_is_refused_in_words(more: dict[str, Any], alpine: Institution) -> None:
    answer = ask(**more)
    assert answer.status_code == 400 and answer.json()["detail"]
