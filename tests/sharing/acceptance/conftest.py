"""A grant under which a delivery must pass the recipient's rulebook, and what happens to it."""

from dataclasses import replace
from typing import Any

import pytest

from ingestion.aws import receipts
from ingestion.web.models import Submission
from ingestion.web.services import save_rulebook
from portal.accounts.actor import Actor
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.models import Grant
from tests.sharing.conftest import TERMS
from tests.sharing.test_questions import SAID, about, ask, callback_key  # noqa: F401

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
    orders: list[dict[str, Any]] = ask("orders", copies=copies, **SAID, **about(submission)).json()["orders"]
    ask("delivered", copies=[order["copy"] for order in orders], **about(submission))
    return orders


def state() -> str:
    return Grant.objects.get().state
