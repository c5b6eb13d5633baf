"""Which deliveries fall under a grant, and when they are owed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingestion.web.models import Submission
from ingestion.web.services import apply_event, withdraw
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.common.errors import NotFound
from sharing import services
from sharing.models import Copy, Grant
from sharing.selectors import (
    Preview,
    covered_by,
    current_of,
    get_received,
    received_for,
    would_share,
)
from sharing.states import CopyState, State
from tests.ingestion.review.conftest import run_of
from tests.ingestion.review.test_locks import taken  # noqa: F401
from tests.ingestion.web.runs import CARD, Run
from tests.sharing.conftest import delivery


def owed() -> list[Submission]:
    return [
        copy.submission for copy in Copy.objects.filter(state=CopyState.OWED).order_by("submission__number")
    ]


def test_accepting_owes_what_was_delivered_before(owner: Actor, offered: Grant, recipient: Actor) -> None:
    earlier = delivery(owner)
    assert services.accept(actor=recipient, grant_id=offered.pk).state == State.ACCEPTED
    assert owed() == [earlier]


def test_a_delivery_is_owed_with_its_verdict(owner: Actor, accepted: Grant) -> None:
    assert accepted.state == State.ACTIVE
    came = delivery(owner)
    assert owed() == [came]


OTHERS: list[dict[str, Any]] = [
    {"card": CARD | {"template": "EMT"}},
    {"card": CARD | {"portfolios": [CARD["portfolios"][0], {**CARD["portfolios"][0], "id": "LU9"}]}},
    {"card": CARD | {"portfolios": []}},
    {"card": CARD | {"valuation_date": "2026-01-30"}},
    {"card": CARD | {"valuation_date": None}},
    {"check_only": True},
]


@pytest.mark.parametrize("other", OTHERS)
def test_what_the_grant_does_not_name_is_not_owed(other: Any, owner: Actor, accepted: Grant) -> None:
    delivery(owner, **other)
    assert owed() == []
    delivery(owner)
    assert len(owed()) == 1


def test_a_preview_counts_what_accepting_owes_and_lists_the_newest(
    owner: Actor, offered: Grant, recipient: Actor
) -> None:
    first, second = delivery(owner), delivery(owner, day="2026-01-31")
    for other in OTHERS:
        delivery(owner, **other)
    assert would_share(offered, most=1) == Preview(2, [second])
    assert would_share(offered, most=9) == Preview(2, [second, first])
    services.accept(actor=recipient, grant_id=offered.pk)
    assert owed() == [first, second]


def test_open_errors_wait_until_they_are_released(owner: Actor, accepted: Grant) -> None:
    delivery(owner, ("error", "TPT-P02", 1))
    assert owed() == []
    warned = delivery(owner, ("warning", "TPT-R01", 1))
    assert owed() == [warned]


def test_only_the_newest_of_a_delivery_falls_under_it(owner: Actor, accepted: Grant) -> None:
    delivery(owner)
    newer = delivery(owner)
    assert covered_by(accepted, current_of(accepted)) == [newer]


def test_nothing_is_owed_twice(owner: Actor, accepted: Grant) -> None:
    came = delivery(owner)
    services.owe(came)
    services.owe(came)
    assert Copy.objects.count() == 1


def test_what_is_looked_at_again_waits_for_the_verdicts_that_come_before_it_is_owed_again(
    owner: Actor,
    accepted: Grant,
    taken: list[Any],  # noqa: F811
) -> None:
    came = delivery(owner)
    Copy.objects.update(state=CopyState.GONE)
    taken.clear()
    services.gone(Copy.objects.values_list("pk", flat=True))
    assert [model for model, _how in taken][:2] == [Institution, Copy] and owed() == [came]


def test_while_it_is_suspended_nothing_is_owed_and_afterwards_all_of_it(
    owner: Actor, accepted: Grant, admin: Actor
) -> None:
    services.suspend(actor=admin, grant_id=accepted.pk, reason="Look first.")
    meanwhile = delivery(owner)
    assert owed() == []
    assert services.resume(actor=admin, grant_id=accepted.pk).state == State.ACCEPTED
    assert owed() == [meanwhile]


def test_the_recipient_reads_what_is_delivered_until_the_grant_ends(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor, third: Actor
) -> None:
    delivery(owner)
    assert not received_for(recipient)
    assert services.delivered(Copy.objects.values_list("pk", flat=True), attempt=1, actor=None) == []
    assert len(received_for(recipient)) == 1 and not received_for(third)
    assert Grant.objects.get().state == State.ACTIVE
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    assert not received_for(recipient)
    assert [copy.state for copy in services.ending()] == [CopyState.ENDING]


def test_once_its_last_day_is_over_nothing_is_read_or_owed_before_anybody_has_ended_the_grant(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    delivery(owner)
    services.delivered(Copy.objects.values_list("pk", flat=True), attempt=1, actor=None)
    (copy,), today = received_for(recipient), timezone.now().date()
    Grant.objects.update(ends_on=today)
    assert get_received(recipient, copy.pk) == copy
    Grant.objects.update(ends_on=today - timedelta(days=1))
    assert not received_for(recipient) and Grant.objects.get().state == State.ACTIVE
    with pytest.raises(NotFound):
        get_received(recipient, copy.pk)
    delivery(owner, day="2026-03-31")
    assert owed() == []


def test_a_copy_that_was_on_its_way_when_the_grant_ended_is_taken_back(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor
) -> None:
    delivery(owner)
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    late = services.delivered(Copy.objects.values_list("pk", flat=True), attempt=1, actor=None)
    assert len(late) == 1 and not received_for(recipient)


def test_what_is_withdrawn_is_taken_back_and_the_grant_stays(
    owner: Actor, accepted: Grant, recipient: Actor, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)
    came = delivery(owner)
    services.delivered(Copy.objects.values_list("pk", flat=True), attempt=1, actor=None)
    withdraw(owner, came, reason="Wrong file.")
    assert not received_for(recipient)
    assert services.gone([copy.pk for copy in services.ending()]) == 1
    assert Grant.objects.get().state == State.ACTIVE


def checked_again(
    submission: Submission, *groups: tuple[str, str, int], card: dict[str, Any] | None = None
) -> Submission:
    submission.attempt, submission.state, submission.verdict = submission.attempt + 1, "QUEUED", ""
    submission.save()
    run_of(submission, *groups, card=card)
    return submission


def due(submission: Submission) -> list[int]:
    return [copy.pk for copy in services.owed(submission)]


def test_what_has_open_errors_when_it_is_checked_again_is_not_handed_on(
    owner: Actor, accepted: Grant
) -> None:
    came = delivery(owner)
    waiting = due(came)
    assert waiting and due(checked_again(came, ("error", "TPT-P02", 1))) == []
    assert due(checked_again(came)) == waiting


def test_what_counts_again_is_owed_when_the_newer_one_is_withdrawn(
    owner: Actor, offered: Grant, recipient: Actor, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)
    earlier, newer = delivery(owner), delivery(owner)
    services.accept(actor=recipient, grant_id=offered.pk)
    assert owed() == [newer] and not due(earlier)
    withdraw(owner, newer, reason="Wrong file.")
    assert due(earlier) and not due(newer)


def test_what_a_new_check_no_longer_replaces_is_owed(owner: Actor, offered: Grant, recipient: Actor) -> None:
    earlier, newer = delivery(owner), delivery(owner)
    services.accept(actor=recipient, grant_id=offered.pk)
    assert owed() == [newer]
    checked_again(newer, card=CARD | {"valuation_date": "2026-01-31"})
    assert due(earlier) and due(newer)


def test_what_is_replaced_is_not_handed_on_while_what_replaces_it_is_checked_again(
    owner: Actor, offered: Grant, recipient: Actor
) -> None:
    earlier, newer = delivery(owner), delivery(owner)
    services.accept(actor=recipient, grant_id=offered.pk)
    newer.attempt, newer.state, newer.verdict = 2, "QUEUED", ""
    newer.save()
    for event in Run().events(newer):
        apply_event(event)
        assert not due(earlier), event
    assert due(newer)


@pytest.mark.parametrize("suspended", [False, True])
def test_what_a_new_check_finds_to_be_of_other_funds_is_taken_back(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor, *, suspended: bool
) -> None:
    came = delivery(owner)
    services.delivered(due(came), attempt=1, actor=None)
    if suspended:
        services.suspend(actor=admin, grant_id=accepted.pk, reason="Look first.")
    assert len(received_for(recipient)) == 1
    checked_again(came, card=CARD | {"portfolios": [{**CARD["portfolios"][0], "id": "LU9"}]})
    assert not received_for(recipient) and len(services.ending()) == 1


def test_what_was_on_its_way_when_its_grant_was_suspended_has_arrived(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor
) -> None:
    """Taken back, it could be deleted after the grant is resumed and filled."""
    copies = due(delivery(owner))
    services.suspend(actor=admin, grant_id=accepted.pk, reason="Look first.")
    assert services.delivered(copies, attempt=1, actor=None) == [] and len(received_for(recipient)) == 1
    assert Grant.objects.get().state == State.SUSPENDED


def test_what_an_earlier_attempt_still_hands_over_changes_nothing_about_a_newer_one(
    owner: Actor, accepted: Grant
) -> None:
    came = delivery(owner)
    copies = due(came)
    checked_again(came)
    services.delivered(copies, attempt=2, actor=None)
    assert due(came) == []
    assert services.delivered(copies, attempt=1, actor=None) == []
    assert due(came) == [] and Copy.objects.get().attempt == 2


def test_a_copy_that_is_owed_anew_is_deleted_with_its_grant_even_when_it_was_replaced(
    owner: Actor, accepted: Grant, admin: Actor
) -> None:
    came = delivery(owner)
    copies = due(came)
    services.delivered(copies, attempt=1, actor=None)
    checked_again(came)
    delivery(owner)
    assert due(came) == []
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    assert copies[0] in [copy.pk for copy in services.ending()]
