"""Filling a grant under which earlier deliveries must pass the recipient's rulebook first."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import clients, exchange, layout
from ingestion.aws.acceptance import Outcome
from portal.accounts.actor import Actor
from sharing import services
from sharing.models import AcceptanceCheck, Grant
from sharing.states import State
from tests.sharing.acceptance.conftest import NOTHING, accepted, published, state
from tests.sharing.conftest import delivery
from tests.sharing.test_questions import ask


class Function:
    """The Accept function as the portal calls it: stores the outcome with the owner, tells the portal."""

    def __init__(self, bucket: Any, *, passed: bool, stored: bool = True, fails: str = "") -> None:
        self.bucket, self.passed, self.stored, self.fails = bucket, passed, stored, fails
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        asked = json.loads(call["Payload"])
        self.calls.append(asked | {"function": call["FunctionName"]})
        if self.fails:
            return {"FunctionError": self.fails, "Payload": io.BytesIO(b'{"errorMessage": "INTERNAL"}')}
        where = {name: asked[name] for name in ("submission", "attempt")}
        (demand,) = ask("demands", rulebooks=asked["rulebooks"], **where).json()["demands"]
        file = layout.accepted_file(demand["recipient"], demand["sha256"])
        outcome = Outcome(
            asked["submission"], asked["attempt"], demand["recipient"], demand["number"], demand["sha256"],
            "v", self.stored, NOTHING, [],
        )  # fmt: skip
        results = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, asked["institution"], "results")
        key = layout.result_key(asked["submission"], asked["attempt"], file)
        self.bucket.put(None, results, key, outcome.to_bytes())
        said = {"rulebook": demand["rulebook"], "passed": self.passed, "counts": NOTHING}
        assert ask("checked", **said, **where).status_code == 200
        return {"Payload": io.BytesIO(b'{"checked": 1}')}


@pytest.fixture
def filling(
    owner: Actor, asking: Grant, recipient: Actor, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Function, list[Any], int]]:
    """Fills the grant, one delivery waiting: what the function was asked, what was copied, what is left."""
    published(recipient)
    came = delivery(owner)
    accepted(asking, recipient)

    def fill(**how: Any) -> tuple[Function, list[Any], int]:
        function, copied = Function(bucket, **how), list[Any]()
        monkeypatch.setattr(clients, "calling_client", lambda region: function)
        monkeypatch.setattr(Actor, "id_token", lambda actor, minutes=0: "the-token")
        monkeypatch.setattr(exchange, "hand_over", lambda s3, account, order: copied.append(order))
        monkeypatch.setattr("ingestion.web.results.verdict", lambda *_: {"index_card": came.index_card})
        return function, copied, services.fill(actor=owner, grant_id=asking.pk)

    return fill


def test_filling_has_what_waits_tried_before_it_copies(filling: Any) -> None:
    function, copied, left = filling(passed=True)
    assert len(copied) == 1 and left == 0 and state() == State.ACTIVE
    (call,) = function.calls
    assert call["function"] == "fundgate-accept" and call["token"] == "the-token"
    assert call["submission"] == copied[0].submission and len(call["rulebooks"]) == 1


def test_filling_copies_nothing_that_does_not_pass_and_says_that_nothing_is_left(filling: Any) -> None:
    function, copied, left = filling(passed=False, stored=False)
    assert len(function.calls) == 1 and copied == [] and left == 0
    assert filling(passed=True)[0].calls == [], "it was tried"


def test_filling_copies_nothing_that_only_a_row_lets_pass(filling: Any) -> None:
    assert filling(passed=True, stored=False)[1] == []


def test_what_cannot_be_tried_now_still_waits(filling: Any) -> None:
    function, copied, left = filling(passed=True, fails="Unhandled")
    assert len(function.calls) == 1 and copied == [] and left == 1
    assert not AcceptanceCheck.objects.exists() and state() == State.ACCEPTED
