"""What the recipient's people are told of deliveries: that they came, are replaced, are withdrawn."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from ingestion.web.models import Submission
from ingestion.web.services import withdraw
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.notices.events import Event
from portal.notices.models import Announcement, Notice
from portal.notices.paths import path_of
from portal.notices.selectors import notices_for
from portal.notices.services import spread
from portal.notices.texts import text_of
from sharing import services
from sharing.models import Copy, Grant
from sharing.states import CopyState
from tests.fixtures.cast import actor
from tests.fixtures.limits import limited
from tests.ingestion.web.runs import CARD
from tests.sharing.conftest import TERMS, delivery
from tests.sharing.test_owing import checked_again

OTHER = "LU0000000009"
OTHERS = CARD | {"portfolios": [{**CARD["portfolios"][0], "id": OTHER}]}
CAME, REPLACED, WITHDRAWN = Event.RECEIVED_CAME, Event.RECEIVED_REPLACED, Event.RECEIVED_WITHDRAWN
FIRST = Event.GRANT_FIRST_DELIVERY


def arrives(submission: Submission) -> Submission:
    """It is copied under every grant it is owed under."""
    owed = [copy.pk for copy in services.owed(submission)]
    assert owed and services.delivered(owed, attempt=submission.attempt, actor=None) == []
    return submission


def told(by: Actor) -> list[tuple[Any, Any]]:
    """Event and subject of what this institution was told since the last time of received deliveries."""
    wanted = (FIRST, CAME, REPLACED, WITHDRAWN)
    found = Announcement.objects.filter(event__in=wanted, spread_at=None).order_by("id")
    assert {one.institution for one in found} <= {by.institution}, "nobody else is told"
    return [(one.event, one.subject_id) for one in found if spread(one.pk)]


@pytest.fixture(autouse=True)
def no_store(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)


def test_each_delivery_is_told_once_and_a_newer_version_says_so(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    arrives(delivery(owner))
    assert told(recipient) == [(FIRST, accepted.pk)]
    other = arrives(delivery(owner, day="2026-03-31"))
    assert told(recipient) == [(CAME, other.pk)]
    newer = arrives(delivery(owner))
    assert told(recipient) == [(REPLACED, newer.pk)]
    services.delivered(Copy.objects.values_list("pk", flat=True), attempt=1, actor=None)
    assert told(recipient) == [], "what is told twice that it arrived"
    arrives(checked_again(newer))
    assert told(recipient) == [(CAME, newer.pk)], "it is to be opened once more, and replaced nothing now"


def test_a_withdrawal_is_told_to_who_could_read_it(owner: Actor, accepted: Grant, recipient: Actor) -> None:
    arrives(delivery(owner))
    came, not_copied = arrives(delivery(owner, day="2026-03-31")), delivery(owner, day="2026-04-30")
    told(recipient)
    withdraw(owner, not_copied, reason="Wrong file.")
    assert told(recipient) == []
    withdraw(owner, came, reason="Wrong file.")
    assert told(recipient) == [(WITHDRAWN, came.pk)]


@pytest.mark.parametrize(("most", "sent"), [(1, 1), (0, 0)])
def test_where_many_hear_of_a_withdrawal_it_sends_no_message_for_each(
    owner: Actor, accepted: Grant, recipient: Actor, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any, most: int, sent: int,
) -> None:  # fmt: skip
    came = arrives(delivery(owner))
    messages: list[int] = []
    monkeypatch.setattr("portal.notices.services.announcing._send", messages.append)
    monkeypatch.setattr("sharing.services.telling.AT_ONCE", most)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(owner, came, reason="Wrong file.")
    withdrawal = Announcement.objects.get(event=WITHDRAWN, spread_at=None)
    assert messages.count(withdrawal.pk) == sent
    assert told(recipient)[-1] == (WITHDRAWN, came.pk), "the sweep finds it"


def test_what_a_new_check_finds_to_be_of_other_funds_is_told_as_withdrawn(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    came = arrives(delivery(owner))
    told(recipient)
    checked_again(came, card=OTHERS)
    assert told(recipient) == [(WITHDRAWN, came.pk)]


def test_one_that_stays_readable_under_another_grant_is_not_told_as_withdrawn(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor
) -> None:
    wide = services.draft(actor=admin, recipient_id=accepted.recipient_id, terms=replace(TERMS, funds=()))
    services.offer(actor=admin, grant_id=wide.pk)
    services.accept(actor=recipient, grant_id=wide.pk)
    came = arrives(delivery(owner))
    told(recipient)
    checked_again(came, card=OTHERS)
    assert not Copy.objects.filter(grant=accepted, state=CopyState.DONE) and told(recipient) == []


def test_the_notice_leads_to_the_delivery_and_for_a_withdrawn_one_to_the_inbox(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    arrives(delivery(owner))
    came = arrives(delivery(owner, day="2026-03-31"))
    copy = Copy.objects.get(submission=came)
    withdraw(owner, came, reason="Wrong file.")
    paths = {CAME: reverse("received_delivery", args=[copy.pk]), WITHDRAWN: reverse("received")}
    for event, path in paths.items():
        one = Announcement.objects.get(event=event)
        assert path_of(event, one.subject_id, one.about) == path and text_of(event, one.about).sentence
        assert set(one.about) == {"grant", "copy", "attempt"}, "no value, no name"


def test_only_a_withdrawal_is_mailed_at_once_and_nobody_hears_of_funds_outside_of_their_limit(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    assert recipient.institution is not None
    viewer = actor(recipient.institution, "vic", Role.VIEWER)
    User.objects.filter(pk=viewer.user.pk).update(email="vic@borealis.example")
    inside = limited(actor(recipient.institution, "ina", Role.VIEWER), CARD["portfolios"][0]["id"])
    outside = limited(actor(recipient.institution, "otto", Role.VIEWER), OTHER)
    arrives(delivery(owner))
    came = arrives(delivery(owner, day="2026-03-31"))
    withdraw(owner, came, reason="Wrong file.")
    told(recipient)
    mine = {one.announcement.event: one for one in Notice.objects.filter(user=viewer.user)}
    assert mine[CAME].email_due_at > mine[CAME].created_at  # type: ignore[operator]
    assert mine[WITHDRAWN].email_due_at == mine[WITHDRAWN].created_at
    heard = [one.announcement.event for one in notices_for(inside).order_by("id")]
    assert [one for one in heard if one != FIRST] == [CAME, WITHDRAWN]
    assert not notices_for(outside)
