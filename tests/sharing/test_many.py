"""What an act for many recipients costs: as many questions to the database as for a few."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion.web.models import Submission
from ingestion.web.services import withdraw
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.notices.events import Event
from portal.notices.models import Announcement
from sharing import services
from sharing.models import Copy, Grant, GrantTransition
from sharing.services.grants import settle
from sharing.services.owing import owe_all
from sharing.services.telling import AT_ONCE
from sharing.states import CopyState, State
from tests.sharing.conftest import delivery

FEW, MANY = AT_ONCE + 1, 2 * AT_ONCE


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)


def granted(owner: Actor, many: int, state: State = State.ACTIVE) -> list[Grant]:
    """Open grants of everything to as many institutions more."""
    now, there = timezone.now(), Institution.objects.count()
    others = Institution.objects.bulk_create(
        Institution(code=f"other-{number}", name=f"Other {number}", kind="owner")
        for number in range(there, there + many)
    )
    terms: dict[str, Any] = {"contents": ["summary"], "condition": "checked", "purpose": "Known."}
    about = {"owner": owner.institution, "drafted_by": owner.user, "drafted_at": now, "state_since": now}
    return Grant.objects.bulk_create(
        Grant(recipient=other, state=state, **terms, **about) for other in others
    )


def handed_on(owner: Actor, **fields: Any) -> Submission:
    """A delivery that lies at everybody it is granted to."""
    came, now = delivery(owner, **fields), timezone.now()
    owed = Copy.objects.filter(submission=came)
    owed.update(state=CopyState.DONE, done_at=now, arrived_at=now)
    return came


def test_a_withdrawal_takes_as_many_queries_for_many_recipients_as_for_few(owner: Actor) -> None:
    def asked(day: str) -> int:
        came = handed_on(owner, day=day)
        with CaptureQueriesContext(connection) as queries:
            withdraw(owner, came, reason="Wrong file.")
        assert set(came.copies.values_list("state", flat=True)) == {CopyState.ENDING}
        told = Announcement.objects.filter(event=Event.RECEIVED_WITHDRAWN, subject_id=came.pk)
        assert {one.institution_id for one in told} == set(Grant.objects.values_list("recipient", flat=True))
        assert {one.about["copy"] for one in told} == set(came.copies.values_list("pk", flat=True))
        return len(queries)

    granted(owner, FEW)
    before = asked("2026-02-28")
    granted(owner, MANY)
    assert asked("2026-03-31") == before < 40


def test_a_new_attempt_is_owed_to_many_with_as_many_queries_as_to_few(owner: Actor) -> None:
    def asked(attempt: int) -> tuple[int, int]:
        Submission.objects.update(attempt=attempt)
        came = Submission.objects.get()
        with CaptureQueriesContext(connection) as queries:
            assert len(services.owe(came)) == Grant.objects.count(), "all of them wait for the new attempt"
        assert set(came.copies.values_list("state", "attempt")) == {(CopyState.OWED, attempt)}
        with CaptureQueriesContext(connection) as once_more:
            assert services.owe(came) == [], "they wait already"
        return len(queries), len(once_more)

    granted(owner, 2)
    handed_on(owner)
    before = asked(2)
    granted(owner, MANY)
    assert services.owe(Submission.objects.get())
    assert asked(3) == before and max(before) < 20


def test_accepting_owes_many_deliveries_with_as_many_queries_as_a_few(owner: Actor) -> None:
    def asked() -> int:
        (grant,) = granted(owner, 1)
        with CaptureQueriesContext(connection) as queries:
            assert owe_all(grant) == Submission.objects.count()
        assert owe_all(grant) == 0
        Copy.objects.filter(grant=grant).update(state=CopyState.GONE, looked_again=True)
        assert owe_all(grant) == Submission.objects.count(), "what was deleted for good is owed once more"
        return len(queries)

    delivery(owner)
    before = asked()
    for day in range(1, 6):
        delivery(owner, day=f"2026-03-{day:02d}")
    assert asked() == before < 12


def test_what_counts_again_has_each_of_many_grants_wait_and_what_is_withdrawn_fills_it(
    owner: Actor, django_assert_max_num_queries: Any
) -> None:
    filled, waiting = granted(owner, 2), granted(owner, 2, State.ACCEPTED)
    first = handed_on(owner)
    second = handed_on(owner)
    assert second.copies.count() == 4 and not first.copies.filter(state=CopyState.OWED)
    Copy.objects.filter(grant__in=filled[:1], submission=first).update(state=CopyState.OWED)
    withdraw(owner, second, reason="Wrong file.")
    found = list(Grant.objects.all())
    states = {grant.pk: grant.state for grant in found}
    assert [states[grant.pk] for grant in filled] == [State.ACCEPTED, State.ACTIVE]
    assert {states[grant.pk] for grant in waiting} == {State.ACTIVE}
    assert GrantTransition.objects.count() == 3, "one of each that moved"
    with django_assert_max_num_queries(2):
        settle(*found)


def test_of_what_is_owed_a_part_is_asked_for_by_its_keys(owner: Actor) -> None:
    granted(owner, 3)
    came, other = delivery(owner), delivery(owner, day="2026-03-31")
    first, second, third = (copy.pk for copy in services.owed(came))
    elsewhere = services.owed(other)[0].pk
    assert {copy.pk for copy in services.owed(came, among=[first, third, elsewhere])} == {first, third}
    assert services.owed(came, among=[]) == []
    assert len(services.owed(came)) == 3 and second in {copy.pk for copy in services.owed(came)}
