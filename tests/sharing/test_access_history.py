"""Whatever happens to grants and copies, the past is told as it was told then."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.actor import Actor
from sharing import services
from sharing.access import accesses
from sharing.models import Copy, Grant
from sharing.states import FLOWING, READABLE, CopyState, State
from sharing.terms import Terms
from tests.ingestion.review.conftest import run_of
from tests.sharing.conftest import delivery

FUND = "LU0000000001"
ALL = Terms((), (), ("summary",), "checked", "Everything.")
ONE = Terms((FUND,), (), ("summary",), "checked", "One fund.")
STEPS = 20


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present moment, of grants, copies and records alike."""
    present = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    monkeypatch.setattr(timezone, "now", lambda: present[0])
    monkeypatch.setattr("portal.audit.services.now", lambda: present[0])
    return present


class History:
    """What can happen between two institutions, one thing at a time."""

    def __init__(self, owner: Actor, recipient: Actor, chance: random.Random) -> None:
        self.owner, self.recipient, self.chance = owner, recipient, chance
        self.submissions: list[Any] = []

    def one_of(self, states: frozenset[State] | set[State]) -> Grant | None:
        found = list(Grant.objects.filter(state__in=states).order_by("drafted_at", "pk"))
        return self.chance.choice(found) if found else None

    def granted(self) -> None:
        assert self.recipient.institution is not None
        terms = self.chance.choice([ALL, ONE])
        drafted = services.draft(actor=self.owner, recipient_id=self.recipient.institution.pk, terms=terms)
        services.offer(actor=self.owner, grant_id=drafted.pk)
        services.accept(actor=self.recipient, grant_id=drafted.pk)

    def suspended(self) -> None:
        if found := self.one_of(FLOWING):
            services.suspend(actor=self.owner, grant_id=found.pk, reason="Wait.")

    def resumed(self) -> None:
        if found := self.one_of({State.SUSPENDED}):
            services.resume(actor=self.owner, grant_id=found.pk)

    def revoked(self) -> None:
        if found := self.one_of(READABLE):
            services.revoke(actor=self.owner, grant_id=found.pk, reason="Over.")
            self.deleted()

    def delivered(self) -> None:
        self.submissions.append(delivery(self.owner, day=f"2026-02-{len(self.submissions) + 1:02}"))

    def checked_again(self) -> None:
        if self.submissions:
            again = self.chance.choice(self.submissions)
            again.refresh_from_db()
            again.attempt += 1
            again.state, again.verdict = "QUEUED", ""
            again.save()
            run_of(again, day=f"2026-02-{self.submissions.index(again) + 1:02}")

    def copied(self) -> None:
        for copy in services.owed():
            if self.chance.random() < 0.7:
                services.delivered([copy.pk], attempt=copy.submission.attempt, actor=None)

    def taken_back(self) -> None:
        if self.submissions:
            services.take_back(self.submissions.pop(self.chance.randrange(len(self.submissions))))
            self.deleted()

    def deleted(self) -> None:
        services.gone(Copy.objects.filter(state=CopyState.ENDING).values_list("pk", flat=True))

    def looked_again(self) -> None:
        services.gone(copy.pk for copy in services.ending())


def test_the_past_is_told_as_it_was_told_then(
    admin: Actor, recipient: Actor, bucket: Any, clock: list[datetime]
) -> None:
    chance = random.Random(0)
    history, told = History(admin, recipient, chance), {}
    acts: list[Callable[[], None]] = [
        history.delivered, history.copied, history.copied, history.granted, history.suspended,
        history.resumed, history.revoked, history.checked_again, history.taken_back, history.looked_again,
    ]  # fmt: skip
    for act in [history.granted, history.delivered, history.copied, *chance.choices(acts, k=STEPS)]:
        clock[0] += timedelta(hours=1)
        act()
        told[clock[0]] = accesses(admin, given=True)
    assert any(line.deliveries for lines in told.values() for line in lines)
    for moment, lines in told.items():
        then = accesses(admin, given=True, moment=moment)
        assert [(x.grant.pk, x.fund, x.deliveries, x.last) for x in then] == [
            (x.grant.pk, x.fund, x.deliveries, x.last) for x in lines
        ], moment
