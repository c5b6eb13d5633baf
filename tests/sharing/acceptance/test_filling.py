"""Filling a grant under which earlier deliveries must pass the recipient's rulebook first."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import clients, exchange, layout
from ingestion.aws.acceptance import Outcome
from ingestion.aws.errors import NotFound
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from sharing import services
from sharing.models import AcceptanceCheck, Grant
from sharing.services import checking
from sharing.states import State
from tests.ingestion.web.runs import CARD
from tests.sharing.acceptance.conftest import NOTHING, accepted, published, state
from tests.sharing.conftest import delivery, verdict_of
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
            return {
                "FunctionError": self.fails,
                "Payload": io.BytesIO(b'{"errorMessage": "INTERNAL", "errorType": "StageFailed"}'),
            }
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
        monkeypatch.setattr("ingestion.web.results.verdict_of", lambda *_: verdict_of(came))
        return function, copied, services.fill(actor=owner, grant_id=asking.pk)

    return fill


def test_filling_has_what_waits_tried_before_it_copies(filling: Any) -> None:
    function, copied, left = filling(passed=True)
    assert len(copied) == 1 and left == 0 and state() == State.ACTIVE
    (call,) = function.calls
    assert call["function"] == "fundgate-accept" and call["token"] == "the-token"
    assert call["submission"] == copied[0].submission and len(call["rulebooks"]) == 1


def test_what_somebody_else_has_tried_at_this_moment_is_tried_once_and_the_other_one_waits(
    filling: Any, owner: Actor, asking: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke, left = Function.invoke, list[int]()

    def meanwhile(function: Function, **call: Any) -> dict[str, Any]:
        if len(left) < 3:  # else two would call each other for ever
            left.append(0)
            left[-1] = services.fill(actor=owner, grant_id=asking.pk)
        return invoke(function, **call)

    monkeypatch.setattr(Function, "invoke", meanwhile)
    function, copied, all_left = filling(passed=True)
    assert left == [1] and all_left == 0
    assert len(function.calls) == len(copied) == 1


def test_filling_copies_nothing_that_does_not_pass_and_says_that_nothing_is_left(filling: Any) -> None:
    function, copied, left = filling(passed=False, stored=False)
    assert len(function.calls) == 1 and copied == [] and left == 0
    assert filling(passed=True)[0].calls == [], "it was tried"


def test_what_only_a_row_lets_pass_is_not_copied_but_tried_anew(filling: Any) -> None:
    function, copied, left = filling(passed=True, stored=False)
    assert len(function.calls) == 1 and copied == [] and left == 1
    assert not AcceptanceCheck.objects.exists() and state() == State.ACCEPTED
    function, copied, left = filling(passed=True)
    assert len(function.calls) == len(copied) == 1 and left == 0 and state() == State.ACTIVE


def test_what_cannot_be_tried_now_still_waits_and_the_log_names_why(
    filling: Any, caplog: pytest.LogCaptureFixture
) -> None:
    function, copied, left = filling(passed=True, fails="Unhandled")
    assert len(function.calls) == 1 and copied == [] and left == 1
    assert not AcceptanceCheck.objects.exists() and state() == State.ACCEPTED
    assert f"the check of {function.calls[0]['submission']} broke off (INTERNAL)" in caplog.messages


def test_what_can_be_tried_no_more_keeps_nothing_newer_from_being_tried(
    filling: Any, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = delivery(owner, card=CARD | {"valuation_date": "2026-03-31"})
    monkeypatch.setattr(checking, "MOST_TRIED", 1)
    assert [call["submission"] for call in filling(passed=True, fails="Unhandled")[0].calls] == [
        str(newer.pk)
    ]


def test_what_is_stored_no_more_keeps_nothing_else_from_being_copied(
    owner: Actor, accepted: Grant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept, lost, gone = (
        delivery(owner, card=CARD | {"valuation_date": f"2026-0{month}-28"}) for month in (2, 3, 4)
    )
    copied: list[str] = []

    def verdict(_credentials: Any, submission: Submission, _attempt: int) -> dict[str, Any]:
        if submission == lost:
            raise NoResultYet
        return verdict_of(submission)

    def hand_over(_s3: Any, _account: str, order: exchange.Order) -> None:
        if order.submission == str(gone.pk):
            raise NotFound("NoSuchVersion", "CopyObject")
        copied.append(order.submission)

    monkeypatch.setattr("ingestion.web.results.verdict_of", verdict)
    monkeypatch.setattr(exchange, "hand_over", hand_over)
    assert services.fill(actor=owner, grant_id=accepted.pk, most=1) == 2
    assert copied == [str(kept.pk)]
    assert caplog.messages == [
        f"{gone.pk} is not handed on: NotFound", f"{lost.pk} is not handed on: NoResultYet",
    ]  # fmt: skip
