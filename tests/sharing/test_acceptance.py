"""Grants under which a delivery must pass the recipient's rulebook: published, disclosed, tried."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from ingestion.aws import clients, exchange, layout, objects, receipts
from ingestion.aws.acceptance import Outcome
from ingestion.aws.errors import AccessDenied, AwsUnavailable
from ingestion.aws.grants import GrantOfRecord
from ingestion.web.models import Submission
from ingestion.web.services import save_rulebook
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.models import AcceptanceCheck, Copy, Disclosure, Grant
from sharing.outcomes import checks_for
from sharing.states import CopyState, State
from tests.fixtures.cast import actor
from tests.sharing.conftest import TERMS, delivery
from tests.sharing.test_owing import checked_again
from tests.sharing.test_questions import about, ask, callback_key  # noqa: F401

FIRST: dict[str, Any] = {"format": 1, "title": "What we accept"}
SECOND = FIRST | {"title": "What we accept from now on"}
NOTHING = {"error": 0, "warning": 0, "info": 0}


@pytest.fixture(autouse=True)
def sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "sealed", lambda kms, key_arn, content: {"receipt": content})


@pytest.fixture
def asking(admin: Actor, recipient: Actor, bucket: Any) -> Grant:
    """A grant that is offered, under which a delivery must pass the recipient's rulebook."""
    terms = replace(TERMS, must_pass=True)
    drafted = services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=terms)  # type: ignore[union-attr]
    return services.offer(actor=admin, grant_id=drafted.pk)


def saved(by: Actor, document: dict[str, Any]) -> int:
    before = acceptance_rulebook(by.institution)  # type: ignore[arg-type]
    last = before.rulebook.object_version if before else ""
    return save_rulebook(actor=by, document=document, based_on=last, reason="Agreed.").number


def published(by: Actor, document: dict[str, Any] = FIRST) -> int:
    """Saves and publishes; the primary key of what is asked from now on."""
    number = saved(by, document)
    found, missed = services.publish_acceptance(actor=by, number=number)
    assert missed == 0 and found.current and found.rulebook.number == number
    return found.pk


def accepted(grant: Grant, by: Actor) -> Grant:
    return services.accept(actor=by, grant_id=grant.pk)


def tried(submission: Submission, rulebook: int, passed: bool) -> None:
    counts = NOTHING if passed else NOTHING | {"error": 2}
    answer = ask("checked", rulebook=rulebook, passed=passed, counts=counts, **about(submission))
    assert answer.status_code == 200


def handed_on(submission: Submission) -> list[dict[str, Any]]:
    """What a run is told to copy, having asked what is owed; it says that it did."""
    copies = ask("owed", **about(submission)).json()["copies"]
    orders: list[dict[str, Any]] = ask("orders", copies=copies, **about(submission)).json()["orders"]
    ask("delivered", copies=[order["copy"] for order in orders], **about(submission))
    return orders


def state() -> str:
    return Grant.objects.get().state


def test_the_document_of_record_says_it_and_one_written_before_asks_for_nothing(
    asking: Grant, bucket: Any
) -> None:
    body = bucket.now(layout.control_key("grants", str(asking.pk)))
    assert GrantOfRecord.of_bytes(body).must_pass
    assert not GrantOfRecord.of_bytes(body.replace(b', "must_pass": true', b"")).must_pass


def test_without_a_published_rulebook_nothing_is_handed_on(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    came = delivery(owner)
    accepted(asking, recipient)
    assert ask("owed", **about(came)).json() == {"copies": [], "rulebooks": []}
    assert state() == State.ACCEPTED, "not filled: it waits for the rulebook"
    rulebook = published(recipient)
    assert ask("owed", **about(came)).json()["rulebooks"] == [rulebook]


def test_a_delivery_is_handed_on_once_it_passed_and_its_manifest_says_by_what(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    rulebook = published(recipient)
    accepted(asking, recipient)
    came = delivery(owner)
    told = ask("demands", rulebooks=[rulebook], **about(came)).json()["demands"]
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by and told == [
        {"rulebook": rulebook, "recipient": "borealis", "number": 1, "sha256": by.rulebook.sha256}
    ]
    tried(came, rulebook, passed=True)
    (order,) = handed_on(came)
    assert order["acceptance"] == by.rulebook.sha256
    assert order["manifest"]["receipt"]["acceptance_rulebook"] == {
        "number": 1, "sha256": by.rulebook.sha256,
    }  # fmt: skip
    assert Copy.objects.get().state == CopyState.DONE and state() == State.ACTIVE


def test_what_does_not_pass_stays_until_a_later_version_lets_it(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    first = published(recipient)
    came = delivery(owner)
    accepted(asking, recipient)
    assert state() == State.ACCEPTED, "it waits to be tried"
    tried(came, first, passed=False)
    assert handed_on(came) == [] and state() == State.ACTIVE, "nothing is left to do"
    assert ask("owed", **about(came)).json() == {"copies": [], "rulebooks": []}, "it was tried"
    second = published(recipient, SECOND)
    assert state() == State.ACCEPTED
    tried(came, second, passed=True)
    assert len(handed_on(came)) == 1
    assert state() == State.ACTIVE


def test_what_was_handed_on_stays_under_a_later_version_and_until_a_later_attempt_passed(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    first = published(recipient)
    accepted(asking, recipient)
    came = delivery(owner)
    tried(came, first, passed=True)
    handed_on(came)
    second = published(recipient, SECOND)
    assert Copy.objects.get().state == CopyState.DONE and state() == State.ACTIVE
    checked_again(came)
    assert Copy.objects.get().state == CopyState.DONE, "the earlier attempt stays readable meanwhile"
    tried(came, second, passed=False)
    assert handed_on(came) == [] and Copy.objects.get().state == CopyState.DONE
    third = published(recipient, SECOND | {"title": "Third"})
    tried(came, third, passed=True)
    assert len(handed_on(came)) == 1 and Copy.objects.get().attempt == 2


def test_an_outcome_counts_for_the_attempt_and_the_version_it_was_made_of(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    first = published(recipient)
    accepted(asking, recipient)
    came = delivery(owner)
    tried(came, first, passed=True)
    second = published(recipient, SECOND)
    assert handed_on(came) == [] and ask("owed", **about(came)).json()["rulebooks"] == [second]
    assert published(recipient, FIRST | {"title": "Third"}) not in (first, second)
    services.publish_acceptance(actor=recipient, number=1)
    assert len(handed_on(came)) == 1, "returned to the first, its outcome counts again"


def test_it_is_disclosed_to_owners_who_ask_for_it_and_to_nobody_else(
    admin: Actor, third: Actor, asking: Grant, accepted: Grant, recipient: Actor, bucket: Any
) -> None:
    rulebook = published(recipient)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    key = layout.disclosed_key("borealis", by.rulebook.sha256)
    where = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, "alpine-am", "exchange")
    assert [each[0] for each in bucket.versions if each[1] == key] == [where]
    assert [each.owner.code for each in Disclosure.objects.filter(acceptance=rulebook)] == ["alpine-am"]
    for reader in (admin, recipient):
        assert services.read_disclosed(actor=reader, grant=asking)[1] == FIRST
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=accepted)


def test_accepting_discloses_what_was_published_before(
    owner: Actor, admin: Actor, recipient: Actor, bucket: Any, request: pytest.FixtureRequest
) -> None:
    rulebook = published(recipient)
    asking = request.getfixturevalue("asking")
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=asking)
    accepted(asking, recipient)
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST
    assert ask("owed", **about(delivery(owner))).json()["rulebooks"] == [rulebook]


def test_an_owner_who_cannot_be_reached_is_given_it_when_it_is_published_again(
    admin: Actor, asking: Grant, recipient: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **_named: Any) -> None:
        raise AccessDenied("AccessDenied", "PutObject")

    number = saved(recipient, FIRST)
    with monkeypatch.context() as broken:
        broken.setattr(objects, "put", away)
        assert services.publish_acceptance(actor=recipient, number=number)[1] == 1
        with pytest.raises(AwsUnavailable):
            accepted(asking, recipient)
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=asking)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    places = [["borealis", by.rulebook.sha256]] if by else []
    assert ask("strays", recipient="alpine-am", places=[], rulebooks=places).json()["stray_rulebooks"] == []
    assert services.publish_acceptance(actor=recipient, number=number)[1] == 0
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST


def test_only_an_administrator_for_all_funds_publishes_and_it_is_recorded_once(
    asking: Grant, recipient: Actor
) -> None:
    number = saved(recipient, FIRST)
    reviewer = actor(recipient.institution, "rita", Role.REVIEWER)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        services.publish_acceptance(actor=reviewer, number=number)
    limited = replace(recipient, limit=object())  # type: ignore[arg-type]
    with pytest.raises(OnlySomeFunds):
        services.publish_acceptance(actor=limited, number=number)
    with pytest.raises(NotFound):
        services.publish_acceptance(actor=recipient, number=number + 1)
    services.publish_acceptance(actor=recipient, number=number)
    assert AuditRecord.objects.filter(tag=AuditTag.ACCEPTANCE_PUBLISHED).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"passed": "yes"}, {"counts": {"error": 1}}, {"counts": None}, {"rulebook": None}, {"attempt": 7}],
)
def test_what_is_no_outcome_is_refused_and_one_by_a_rulebook_nobody_disclosed_too(
    wrong: dict[str, Any], owner: Actor, asking: Grant, recipient: Actor
) -> None:
    rulebook = published(recipient)
    accepted(asking, recipient)
    said = {"rulebook": rulebook, "passed": True, "counts": NOTHING} | about(delivery(owner))
    assert ask("checked", **said | wrong).status_code in (400, 404)
    assert ask("checked", key=ec.generate_private_key(ec.SECP256R1()), **said).status_code == 403
    Disclosure.objects.all().delete()
    assert ask("checked", **said).status_code == 404
    assert not AcceptanceCheck.objects.exists()


def test_the_owner_sees_the_outcome_and_nobody_else(
    owner: Actor, asking: Grant, recipient: Actor, third: Actor
) -> None:
    rulebook = published(recipient)
    accepted(asking, recipient)
    came = delivery(owner)
    tried(came, rulebook, passed=False)
    assert [check.passed for check in checks_for(owner, came)] == [False]
    for other in (recipient, third):
        assert not checks_for(other, came)


def test_the_janitor_is_told_which_disclosed_rulebooks_are_none(asking: Grant, recipient: Actor) -> None:
    published(recipient)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    places = [["borealis", by.rulebook.sha256], ["borealis", "0" * 64], ["cedar-pension", by.rulebook.sha256]]
    answer = ask("strays", recipient="alpine-am", places=[], rulebooks=places).json()
    assert answer == {"strays": [], "stray_rulebooks": [1, 2]}
    elsewhere = ask("strays", recipient="borealis", places=[], rulebooks=places[:1]).json()
    assert elsewhere["stray_rulebooks"] == [0], "it was disclosed to somebody else"


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
