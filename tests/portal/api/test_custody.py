"""How long things are kept, and what is held, for programs that an administrator signs in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.views import APIView

from ingestion.aws.errors import AccessDenied, TokenInvalid
from ingestion.schedule.models import FundDelivery
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.api.custody import HoldsView, HoldView, RetentionView
from portal.custody import selectors, services
from portal.custody.models import Hold
from portal.custody.retention import Kept
from tests.fixtures.cast import actor
from tests.ingestion.web.conftest import submission
from tests.portal.custody.subjects import DAYS

pytestmark = pytest.mark.django_db
KEPT = [Kept("landing", "Files", 1827, 1827, (30, 90)), Kept("exchange", "Received", 400, 1, ())]
FUND = "LU0000000001"


@pytest.fixture
def admin(owner: Actor) -> Actor:
    assert owner.institution is not None
    return actor(owner.institution, "ada", Role.ADMIN)


@pytest.fixture
def second(owner: Actor) -> Actor:
    assert owner.institution is not None
    return actor(owner.institution, "sam", Role.ADMIN)


def call(view: type[APIView], by: Actor, /, *, query: dict[str, str] | None = None, **address: Any) -> Any:
    request = RequestFactory().get("/api/v1/", query or {})
    request.actor = by  # type: ignore[attr-defined]
    return view.as_view(authentication_classes=[])(request, **address)


def buckets_say(monkeypatch: pytest.MonkeyPatch, answer: list[Kept] | Exception) -> None:
    def said(s3: object, account: str, code: str) -> list[Kept]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(selectors, "kept_of", said)
    monkeypatch.setattr("portal.accounts.actor.Actor.credentials", lambda actor: None)


def test_retention_is_told_as_the_buckets_say_it_with_what_is_gone_when(
    owner: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets_say(monkeypatch, KEPT)
    for day in (5, 28):
        submission(owner, State.COMPLETED, created_at=datetime(2026, 3, day, tzinfo=UTC))
    told = call(RetentionView, admin).data
    assert told["kept"] == [
        {"area": "landing", "days": 1827, "gone_after": 3654, "tiers": [30, 90]},
        {"area": "exchange", "days": 400, "gone_after": 401, "tiers": []},
    ]
    assert told["calendar"] == [{"first": "2036-03-01", "deliveries": 2}]
    assert told["asked"] is None
    services.ask_for_retention(actor=admin, days=DAYS, reason="The law asks for it.")
    asked = call(RetentionView, admin).data["asked"]
    assert (asked["days"], asked["reason"]) == (DAYS, "The law asks for it.")
    assert asked["asked_by"] == str(admin.user.pk)


def test_where_the_buckets_do_not_say_it_nothing_is_made_up_and_an_ended_sign_in_is_refused(
    owner: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission(owner, State.COMPLETED)
    buckets_say(monkeypatch, AccessDenied("no"))
    assert call(RetentionView, admin).data == {"kept": [], "calendar": [], "asked": None}
    buckets_say(monkeypatch, TokenInvalid("over"))
    assert call(RetentionView, admin).status_code == 401


def test_holds_are_told_from_setting_to_release_with_what_they_hold(
    owner: Actor, admin: Actor, second: Actor, outsider: Actor
) -> None:
    made = submission(owner, State.COMPLETED)
    FundDelivery.objects.create(institution=made.institution, submission=made, fund=FUND, template="TPT")
    single = services.hold(actor=admin, scope="submission", number=made.number, reason="A dispute.")
    fund = services.hold(actor=admin, scope="fund", fund=FUND, reason="Another one.")
    Hold.objects.create(
        institution=outsider.institution, scope="everything", reason="Theirs.", set_by=outsider.user,
        set_at=timezone.now(),
    )  # fmt: skip
    told = call(HoldsView, admin).data
    assert told["locks"] == {"locked": 0, "to_lock": 1, "under_way": 0, "to_unlock": 0}
    assert [(one["id"], one["reason"]) for one in told["results"]] == [
        (str(fund.pk), "Another one."), (str(single.pk), "A dispute."),
    ]  # fmt: skip
    assert told["results"][1]["submission"] == str(made.pk) and told["results"][0]["submission"] is None
    services.ask_to_release(actor=admin, hold_id=fund.pk, reason="It is settled.")
    services.release(actor=second, hold_id=fund.pk)
    one = call(HoldView, admin, hold_id=fund.pk).data
    assert (one["release_asked_by"], one["released_by"]) == (str(admin.user.pk), str(second.user.pk))
    assert (one["fund"], one["release_reason"], one["deliveries"]) == (FUND, "It is settled.", 1)
    for query, expected in (
        ({"standing": "true"}, [single]), ({"standing": "false"}, [fund]), ({"scope": "fund"}, [fund]),
        ({"standing": "true", "scope": "fund"}, []),
    ):  # fmt: skip
        found = call(HoldsView, admin, query=query).data
        assert [each["id"] for each in found["results"]] == [str(each.pk) for each in expected]
        assert found["total"] == len(expected)
    assert call(HoldsView, admin, query={"scope": "all"}).status_code == 400
