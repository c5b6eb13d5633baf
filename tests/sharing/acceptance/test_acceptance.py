"""Grants under which a delivery must pass the recipient's rulebook: published, disclosed, tried."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ingestion.aws import layout
from ingestion.aws.grants import GrantOfRecord
from portal.accounts.actor import Actor
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.models import AcceptanceCheck, Copy, Disclosure, Grant
from sharing.outcomes import checks_for
from sharing.states import CopyState, State
from tests.sharing.acceptance.conftest import (
    FIRST,
    NOTHING,
    SECOND,
    accepted,
    handed_on,
    published,
    state,
    tried,
)
from tests.sharing.conftest import delivery
from tests.sharing.test_owing import checked_again
from tests.sharing.test_questions import about, ask


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


def test_a_grant_that_is_over_asks_for_nothing(admin: Actor, asking: Grant, recipient: Actor) -> None:
    rulebook = published(recipient)
    accepted(asking, recipient)
    came = delivery(admin)
    tried(came, rulebook, passed=False)
    services.suspend(actor=admin, grant_id=asking.pk, reason="A question.")
    assert len(checks_for(admin, came)) == 1, "it may go on"
    services.revoke(actor=admin, grant_id=asking.pk, reason="No longer needed.")
    assert not checks_for(admin, came)
