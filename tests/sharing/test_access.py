"""Who has access, now and in the past, as grants, copies and the trail say; and what each side may know."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.tags import AuditTag
from sharing import services
from sharing.access import accesses, partners
from sharing.models import Copy, Grant, GrantTransition
from sharing.services.telling import noted
from sharing.states import CopyState, State

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALPHA, BETA = "LU0000000001", "LU0000000002"


def day(number: int) -> datetime:
    return START + timedelta(days=number)


Make = Callable[..., Submission]


@pytest.fixture
def grant(admin: Actor, recipient: Actor) -> Callable[..., Grant]:
    """A grant of Alpine to Borealis that went through these states on these days."""

    def made(*steps: tuple[int, State], **values: Any) -> Grant:
        fields: dict[str, Any] = {
            "owner": admin.institution, "recipient": recipient.institution, "state": steps[-1][1],
            "state_since": day(steps[-1][0]), "contents": ["summary"], "condition": "checked",
            "purpose": "Known.", "drafted_by": admin.user, "drafted_at": day(steps[0][0]),
        }  # fmt: skip
        found = Grant.objects.create(**(fields | values))
        for number, state in steps:
            GrantTransition.objects.create(grant=found, to_state=state, at=day(number))
        return found

    return made


@pytest.fixture
def delivery(admin: Actor) -> Make:
    """A delivery of Alpine of these funds, handed in on a day."""

    def made(number: int, *funds: str) -> Submission:
        card = {"template": "TPT", "portfolios": [{"id": fund, "name": f"Fund {fund[-1]}"} for fund in funds]}
        return Submission.objects.create(
            institution=admin.institution, number=Submission.objects.count() + 1, uploaded_by=admin.user,
            file_name="a.csv", state="COMPLETED", state_since=day(number), verdict="passed", index_card=card,
            created_at=day(number), template="TPT",
        )  # fmt: skip

    return made


def copied(
    grant: Grant, submission: Submission, *, owed: int, done: int | None = None, **values: Any
) -> Copy:
    state = CopyState.OWED if done is None else CopyState.DONE
    at = {"state_since": day(owed if done is None else done), "owed_at": day(owed)}
    fields = at | {"done_at": None if done is None else day(done), "state": state, "attempt": 1}
    return Copy.objects.create(grant=grant, submission=submission, **(fields | values))


def told(
    actor: Actor, number: int | None = None, *, given: bool = True, **asked: Any
) -> list[tuple[Any, ...]]:
    """Fund, deliveries and whether it was only found, of each line on a day."""
    moment = None if number is None else day(number)
    lines = accesses(actor, given=given, moment=moment, **asked)
    return [(line.fund, line.deliveries, line.found) for line in lines]


OPEN = ((0, State.DRAFT), (1, State.OFFERED), (2, State.ACCEPTED))


def test_a_grant_counts_from_its_acceptance_to_its_end_on_both_sides(
    grant: Callable[..., Grant], admin: Actor, recipient: Actor
) -> None:
    grant(*OPEN, (4, State.SUSPENDED), (6, State.REVOKED), funds=[ALPHA])
    for actor, given in ((admin, True), (recipient, False)):
        known = {number: len(told(actor, number, given=given)) for number in (1, 2, 4, 5, 6, 9)}
        assert known == {1: 0, 2: 1, 4: 1, 5: 1, 6: 0, 9: 0}
        assert told(actor, given=given) == told(actor, 2, given=not given) == []


def test_after_its_last_day_nothing_can_be_read_whatever_the_state_says(
    grant: Callable[..., Grant], admin: Actor
) -> None:
    grant(*OPEN, funds=[ALPHA], ends_on=day(5).date())
    assert told(admin, 5) == [(ALPHA, 0, False)]
    assert told(admin, 6) == told(admin) == []


def test_a_grant_of_all_funds_says_so_and_names_those_that_were_handed_on(
    grant: Callable[..., Grant], delivery: Make, admin: Actor
) -> None:
    given = grant(*OPEN)
    copied(given, delivery(1, BETA, ALPHA), owed=2, done=3)
    copied(given, delivery(2, ALPHA), owed=2, done=4)
    copied(given, delivery(3, "LU9"), owed=3)
    assert told(admin) == [("", 2, False), (ALPHA, 2, True), (BETA, 1, True)]
    assert told(admin, 3) == [("", 1, False), (ALPHA, 1, True), (BETA, 1, True)]
    assert told(admin, 2) == [("", 0, False)]
    assert [line.name for line in accesses(admin, given=True)] == ["", "Fund 1", "Fund 2"]
    assert accesses(admin, given=True)[1].last == day(4)


def test_rows_without_a_fund_are_no_second_line_of_all_funds(
    grant: Callable[..., Grant], delivery: Make, admin: Actor
) -> None:
    copied(grant(*OPEN), delivery(1, " ", ALPHA), owed=2, done=3)
    assert told(admin) == [("", 1, False), (ALPHA, 1, True)]


def test_named_funds_stand_there_before_anything_is_handed_on(
    grant: Callable[..., Grant], delivery: Make, admin: Actor
) -> None:
    copied(grant(*OPEN, funds=[ALPHA, BETA]), delivery(1, ALPHA), owed=2, done=3)
    assert told(admin) == [(ALPHA, 1, False), (BETA, 0, False)]
    assert told(admin, fund="fund 1") == told(admin, fund="lu0000000001") == [(ALPHA, 1, False)]
    assert told(admin, institution="borealis") == told(admin) and told(admin, institution="cedar") == []


def test_a_copy_that_was_taken_back_was_there_until_then(
    grant: Callable[..., Grant], delivery: Make, admin: Actor
) -> None:
    gone = {"state": CopyState.GONE, "state_since": day(6)}
    copied(grant(*OPEN, funds=[ALPHA]), delivery(1, ALPHA), owed=2, done=3, **gone)
    counts = {number: told(admin, number)[0][1] for number in (2, 3, 5, 6, 8)}
    assert counts == {2: 0, 3: 1, 5: 1, 6: 0, 8: 0} and told(admin)[0][1] == 0


def test_what_a_row_has_forgotten_the_trail_remembers(
    grant: Callable[..., Grant], delivery: Make, admin: Actor, recipient: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Copied on the third day, deleted on the fifth, owed and copied once more on the ninth and tenth."""
    given, submission = grant(*OPEN, funds=[ALPHA]), delivery(1, ALPHA)
    copied(given, submission, owed=9, done=10)
    for number, tag in (
        (3, AuditTag.COPY_DELIVERED),
        (5, AuditTag.COPY_DELETED),
        (10, AuditTag.COPY_DELIVERED),
    ):
        monkeypatch.setattr("portal.audit.services.now", lambda number=number: day(number))
        noted(tag, given, None, submission=str(submission.pk))
    for actor, side in ((admin, True), (recipient, False)):
        counts = {number: told(actor, number, given=side)[0][1] for number in (2, 3, 4, 5, 8, 9, 10)}
        assert counts == {2: 0, 3: 1, 4: 1, 5: 0, 8: 0, 9: 0, 10: 1}


def test_the_recipient_is_not_told_which_funds_were_in_what_is_no_longer_shared(
    grant: Callable[..., Grant], delivery: Make, admin: Actor, recipient: Actor
) -> None:
    ended = grant(*OPEN, (6, State.REVOKED))
    gone = {"state": CopyState.GONE, "state_since": day(6)}
    copied(ended, delivery(1, ALPHA), owed=2, done=3, **gone)
    assert told(recipient, 4, given=False) == [("", 1, False)]
    assert told(admin, 4) == [("", 1, False), (ALPHA, 1, True)]
    named = grant(*OPEN, (6, State.REVOKED), funds=[BETA])
    copied(named, delivery(1, BETA), owed=2, done=3, **gone)
    assert (BETA, None, False) in told(recipient, 4, given=False) and (BETA, 1, False) in told(admin, 4)
    assert (BETA, 0, False) in told(recipient, 2, given=False)
    copied(grant(*OPEN), delivery(1, BETA), owed=2, done=3)
    assert told(recipient, given=False) == [("", 1, False), (BETA, 1, True)]


def test_a_third_institution_is_told_nothing(
    grant: Callable[..., Grant], delivery: Make, admin: Actor, recipient: Actor, third: Actor
) -> None:
    copied(grant(*OPEN), delivery(1, ALPHA), owed=2, done=3)
    assert told(third) == told(third, given=False) == told(third, 4) == []
    assert [list(partners(actor)) for actor in (admin, recipient, third)] == [
        [recipient.institution], [admin.institution], [],
    ]  # fmt: skip


def test_now_agrees_with_what_the_services_did(
    accepted: Grant, admin: Actor, recipient: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(admin) == [(ALPHA, 0, False)] == told(recipient, given=False)
    moment = datetime.now(UTC)
    assert [line.grant for line in accesses(admin, given=True, moment=moment)] == [accepted]
    monkeypatch.setattr("sharing.services.deleting.client", lambda *args: None)
    monkeypatch.setattr("ingestion.aws.exchange.take_back", lambda *args: 0)
    services.revoke_now(actor=admin, grant_id=accepted.pk, reason="Over.")
    assert told(admin) == told(recipient, given=False) == []
    assert [line.grant for line in accesses(admin, given=True, moment=moment)] == [accepted]


def test_it_takes_as_many_queries_for_many_grants_as_for_one(
    grant: Callable[..., Grant], delivery: Make, admin: Actor, alpine: Institution
) -> None:
    def asked(number: int | None) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            told(admin, number)
        return len(queries)

    copied(grant(*OPEN), delivery(1, ALPHA), owed=2, done=6)
    before = asked(None), asked(4)
    others = [
        Institution.objects.create(code=f"other-{place}", name=f"Other {place}", kind="owner")
        for place in range(20)
    ]
    for place, other in enumerate(others):
        copied(grant(*OPEN, recipient=other), delivery(1, ALPHA), owed=2, done=3 + place)
    assert len(told(admin)) == 42 and (asked(None), asked(4)) == before
    assert max(before) <= 5
