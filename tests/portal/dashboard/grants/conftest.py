"""Two institutions and a grant between them, on their pages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.aws import exchange
from ingestion.web.models import Submission
from portal.accounts.models import Institution
from sharing.models import Grant, Profile
from sharing.states import State
from tests.ingestion.web.decisions import bucket  # noqa: F401
from tests.portal.dashboard.conftest import Make, member, sign_in

FUND = "LU0000000001"
TERMS: dict[str, Any] = {
    "recipient": "borealis-insurance", "scope": "some", "others": FUND, "contents": ["original", "summary"],
    "condition": "stood_by", "purpose": "Look-through for Solvency II.",
}  # fmt: skip
CARD = {"template": "TPT", "valuation_date": "2025-12-31", "portfolios": [{"id": FUND, "name": "Alpha"}]}


@pytest.fixture
def owner(alpine: Institution, bucket: Any) -> Client:  # noqa: F811
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


@pytest.fixture
def recipient(borealis: Institution, bucket: Any) -> Client:  # noqa: F811
    Profile.objects.create(institution=borealis, listed=True)
    return sign_in(member(borealis, "bea", "admin"), "borealis-insurance")


@pytest.fixture
def delivery(make: Make) -> Submission:
    """One whose file and verdict lie where the layout puts them: nothing else is ever copied."""
    made = make(template="TPT", template_version="7.0", index_card=CARD)
    made.object_key, results = f"{made.id}/original", "fundgate-000000000000-alpine-am-results"
    where = {"bucket": results, "key": f"{made.id}/1/verdict.json", "version_id": "v"}
    made.results = {"verdict": where | {"sha256": "0", "bytes": 1}}
    made.save()
    return made


def handed_over(patched: pytest.MonkeyPatch) -> list[exchange.Order]:
    """What is copied from now on, in place of AWS."""
    orders: list[exchange.Order] = []
    verdict = {"verdict": "passed", "index_card": CARD, "ruleset_version": "TPT-7.0"}
    patched.setattr("sharing.services.handing.receipts.sealed", lambda kms, key_arn, content: content)
    patched.setattr("sharing.services.handing.client", lambda *args, **more: None)
    patched.setattr("sharing.services.handing.results.verdict_of", lambda *args: verdict)
    patched.setattr(exchange, "hand_over", lambda s3, account, order: orders.append(order))
    return orders


def drafted(owner: Client, **changes: Any) -> Grant:
    answer = owner.post(reverse("new_grant"), TERMS | changes)
    assert answer.status_code == 302, answer.text
    return Grant.objects.latest("drafted_at")


def at(name: str, grant: Grant) -> str:
    return reverse(name, args=[grant.pk])


def acted(client: Client, grant: Grant, act: str, **more: str) -> str:
    """The page after a button was pressed."""
    return client.post(at("act_on_grant", grant), {"act": act} | more, follow=True).text


@pytest.fixture
def offered(owner: Client, recipient: Client, delivery: Submission) -> Grant:
    grant = drafted(owner)
    acted(owner, grant, "offer")
    grant.refresh_from_db()
    assert grant.state == State.OFFERED
    return grant
