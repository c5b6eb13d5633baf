"""What no run copies: under all grants at once while somebody is there, and told when nobody is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingestion.aws import exchange, receipts
from ingestion.aws.errors import AwsUnavailable
from ingestion.web import control
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.limits import Limit
from portal.common.errors import NotAllowed
from portal.notices.models import Announcement
from sharing import services
from sharing.models import Copy, Grant
from sharing.services import filling
from sharing.states import CopyState, State
from sharing.waiting import ToFill, to_fill
from tests.ingestion.web.runs import CARD
from tests.sharing.conftest import TERMS, delivery, verdict_of

DAYS = ("2026-02-28", "2026-03-31")


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[exchange.Order]:
    """What was handed over; every document says what its row says."""
    orders: list[exchange.Order] = []
    monkeypatch.setattr(receipts, "sealed", lambda kms, key_arn, content: {"receipt": content})
    monkeypatch.setattr(exchange, "hand_over", lambda s3, account, order: orders.append(order))
    monkeypatch.setattr("ingestion.web.results.verdict_of", lambda _, sent, attempt: verdict_of(sent))
    return orders


@pytest.fixture
def two(admin: Actor, recipient: Actor, third: Actor, accepted: Grant, bucket: Any) -> list[Grant]:
    """Open grants to two institutions."""
    drafted = services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=TERMS)  # type: ignore[union-attr]
    Grant.objects.filter(pk=drafted.pk).update(recipient=third.institution)
    services.offer(actor=admin, grant_id=drafted.pk)
    return [accepted, services.accept(actor=third, grant_id=drafted.pk)]


def deliver(owner: Actor, *days: str) -> None:
    for day in days:
        delivery(owner, card=CARD | {"valuation_date": day})


def test_everything_that_waits_is_copied_ten_at_a_time(
    owner: Actor, recipient: Actor, two: list[Grant], copied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(owner, *DAYS)
    assert to_fill(owner) == ToFill(4, 2) and to_fill(recipient) == ToFill(0, 0)
    monkeypatch.setattr(filling, "CHUNK", 3)
    assert services.fill_all(actor=owner) == 3 and to_fill(owner).deliveries == 1
    assert services.fill_all(actor=owner) == 1 and to_fill(owner) == ToFill(0, 0)
    assert services.fill_all(actor=owner) == 0 and len(copied) == 4
    assert set(Copy.objects.values_list("state", flat=True)) == {CopyState.DONE}


@pytest.mark.parametrize("first", [0, 1])
def test_a_grant_that_cannot_be_filled_keeps_no_other_back(
    first: int, owner: Actor, two: list[Grant], copied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(owner, DAYS[0])
    broken, sound = two
    monkeypatch.setattr(filling.random, "sample", lambda found, n: sorted(found, reverse=bool(first)))
    newest = control.newest

    def fails(actor: Actor, kind: str, name: str) -> Any:
        if name == str(broken.pk):
            raise AwsUnavailable("SlowDown", "GetObject")
        return newest(actor, kind, name)

    monkeypatch.setattr(control, "newest", fails)
    assert services.fill_all(actor=owner) == 1
    assert {order.grant for order in copied} == {str(sound.pk)}
    assert to_fill(owner) == ToFill(1, 1) and services.fill_all(actor=owner) == 0
    monkeypatch.setattr(control, "newest", newest)
    assert services.fill_all(actor=owner) == 1 and to_fill(owner) == ToFill(0, 0)


def test_what_its_own_run_copies_now_is_left_to_it_and_what_it_left_is_not(
    owner: Actor, accepted: Grant, copied: list[Any]
) -> None:
    deliver(owner, DAYS[0])
    made, now = Copy.objects.get(), timezone.now()
    Submission.objects.update(finished_at=now)
    assert to_fill(owner) == ToFill(0, 0) and services.fill_all(actor=owner) == 0 and copied == []
    for owed_at, finished_at in (
        (now, now - timedelta(minutes=2)),  # its run is over
        (now + timedelta(seconds=9), now),  # it was granted since
    ):
        Copy.objects.update(owed_at=owed_at)
        Submission.objects.update(finished_at=finished_at)
        assert to_fill(owner) == ToFill(1, 1)
    assert services.fill_all(actor=owner) == 1 and [order.submission for order in copied] == [
        str(made.submission_id)
    ]


def test_what_another_copied_meanwhile_is_not_copied_once_more(
    owner: Actor, accepted: Grant, copied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(owner, *DAYS)
    hand_over = exchange.hand_over

    def both(s3: Any, account: str, order: exchange.Order) -> None:
        hand_over(s3, account, order)
        other = Copy.objects.exclude(submission=order.submission).get()
        assert services.delivered([other.pk], attempt=other.attempt, actor=None) == []

    monkeypatch.setattr(exchange, "hand_over", both)
    assert services.fill_all(actor=owner) == 2 and len(copied) == 1
    assert set(Copy.objects.values_list("state", flat=True)) == {CopyState.DONE}


def test_no_grant_is_begun_after_ten_seconds(
    owner: Actor, two: list[Grant], copied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(owner, DAYS[0])
    monkeypatch.setattr(filling, "SECONDS", -1.0)
    assert services.fill_all(actor=owner) == 0 and copied == []
    monkeypatch.setattr(filling, "SECONDS", 10.0)
    assert services.fill_all(actor=owner) == 2


def test_who_may_not_upload_copies_nothing_and_who_is_limited_sees_and_copies_within_it(
    owner: Actor, viewer: Actor, third: Actor, two: list[Grant], copied: list[Any]
) -> None:
    deliver(owner, DAYS[0])
    with pytest.raises(NotAllowed):
        services.fill_all(actor=viewer)
    assert services.fill_all(actor=third) == 0 and copied == []
    whose = (owner.user.pk, owner.institution.pk)  # type: ignore[union-attr]
    others, own = (Limit(*whose, frozenset({fund})) for fund in ("LU9", TERMS.funds[0]))
    assert to_fill(replace(owner, limit=others)) == ToFill(0, 0)
    assert services.fill_all(actor=replace(owner, limit=others)) == 0 and copied == []
    assert services.fill_all(actor=replace(owner, limit=own)) == len(copied) == 2


def told() -> int:
    return Announcement.objects.filter(event="grant.waiting").count()


def test_the_owner_is_told_once_until_it_is_filled_and_not_while_its_run_may_copy_it(
    owner: Actor, accepted: Grant, copied: list[Any]
) -> None:
    assert accepted.state == State.ACTIVE
    deliver(owner, DAYS[0])
    assert services.tell_of_waiting() == told() == 0
    earlier = timezone.now() - timedelta(minutes=16)
    Copy.objects.update(owed_at=earlier)
    assert services.tell_of_waiting() == told() == 1 and services.tell_of_waiting() == 0
    assert told() == 1 and Grant.objects.get().state == State.ACCEPTED, "both sides see that it waits"
    said = Announcement.objects.get(event="grant.waiting")
    assert said.institution == owner.institution
    assert said.about == {"grant": str(accepted.pk), "side": "owner"}
    services.fill_all(actor=owner)
    assert Grant.objects.get().state == State.ACTIVE
    services.tell_of_waiting()
    assert told() == 1
    deliver(owner, DAYS[1])
    Copy.objects.update(owed_at=earlier)
    services.tell_of_waiting()
    assert told() == 2


def test_of_what_no_sign_in_would_copy_nobody_is_told(owner: Actor, admin: Actor, accepted: Grant) -> None:
    deliver(owner, DAYS[0])
    Copy.objects.update(owed_at=timezone.now() - timedelta(hours=1))
    services.suspend(actor=admin, grant_id=accepted.pk, reason="A share class is wrong.")
    assert services.tell_of_waiting() == told() == 0 and to_fill(admin) == ToFill(0, 0)
    services.resume(actor=admin, grant_id=accepted.pk)
    assert services.tell_of_waiting() == told() == 1
