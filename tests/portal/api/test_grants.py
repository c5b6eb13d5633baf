"""Grants for programs: both directions, accepting, revoking."""

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.views import APIView

from ingestion.aws import exchange
from portal.accounts.actor import Actor
from portal.api.grants import AcceptanceView, GrantsView, GrantView, RevocationView
from sharing import services
from sharing.models import Grant
from sharing.states import State
from tests.ingestion.web.decisions import bucket  # noqa: F401
from tests.sharing.conftest import TERMS, admin, cedar, offered, recipient, third  # noqa: F401

pytestmark = pytest.mark.django_db


def call(view: type[APIView], actor: Actor, method: str = "get", sent: Any = None, **address: Any) -> Any:
    query = {"content_type": "application/json"} if method == "post" else {}
    request = getattr(RequestFactory(), method)("/api/v1/grants/", sent or {}, **query)
    request.actor = actor
    return view.as_view(authentication_classes=[])(request, **address)


def listed(actor: Actor, **query: str) -> list[str]:
    return [one["id"] for one in call(GrantsView, actor, sent=query).data["results"]]


def test_both_sides_list_an_offer_and_a_third_institution_does_not(
    offered: Grant,  # noqa: F811
    admin: Actor,  # noqa: F811
    recipient: Actor,  # noqa: F811
    third: Actor,  # noqa: F811
) -> None:
    services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=TERMS)
    assert len(listed(admin)) == 2, "a draft is the owner's own"
    assert listed(recipient) == listed(recipient, direction="received") == [str(offered.pk)]
    assert listed(recipient, direction="given") == listed(recipient, state="active") == listed(third) == []
    told = call(GrantView, recipient, grant_id=offered.pk).data
    assert (told["owner"], told["recipient"], told["funds"]) == ("alpine-am", "borealis", list(TERMS.funds))
    assert call(GrantView, third, grant_id=offered.pk).status_code == 404


def test_a_program_accepts_and_revokes_on_its_own_side_only(
    offered: Grant,  # noqa: F811
    admin: Actor,  # noqa: F811
    recipient: Actor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []
    monkeypatch.setattr("sharing.services.deleting.client", lambda *args: None)
    monkeypatch.setattr(exchange, "take_back", lambda s3, at, prefix: taken.append(prefix) or 0)
    this = {"grant_id": offered.pk}
    assert call(AcceptanceView, admin, "post", **this).status_code == 409
    assert call(AcceptanceView, recipient, "post", **this).data["state"] == State.ACTIVE
    assert call(RevocationView, recipient, "post", {"reason": "Over."}, **this).status_code == 409
    assert call(RevocationView, admin, "post", **this).status_code == 400, "a reason is needed"
    assert Grant.objects.get().state == State.ACTIVE and not taken
    assert call(RevocationView, admin, "post", {"reason": "Over."}, **this).data["state"] == State.REVOKED
    assert len(taken) == 1
