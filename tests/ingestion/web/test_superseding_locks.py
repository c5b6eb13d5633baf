"""Deliveries that replace each other are locked in the order of their numbers, whoever changes one."""

from typing import Any
from uuid import UUID

import pytest
from django.db import models

from ingestion.web.models import Submission
from ingestion.web.services import apply_event, withdraw
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import Bucket
from tests.ingestion.web.runs import Run
from tests.ingestion.web.test_superseding import complete, successor

pytestmark = pytest.mark.django_db
Held = list[UUID]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """The submissions whose rows are locked, in the order in which each was the first time."""
    found: Held = []
    fetch = models.QuerySet._fetch_all

    def noted(rows: Any) -> None:
        fetch(rows)
        if rows.model is Submission and rows.query.select_for_update:
            keys = [each.pk if isinstance(each, Submission) else each[0] for each in rows._result_cache]
            found.extend(key for key in keys if key not in found)

    monkeypatch.setattr(models.QuerySet, "_fetch_all", noted)
    return found


def test_runs_that_end_at_the_same_moment_wait_for_the_same_row_first(owner: Actor, held: Held) -> None:
    deliveries = [submission(owner) for _ in range(3)]
    complete(deliveries[0])
    ends = []
    for made in deliveries[1:]:
        *begun, end = Run().events(made)
        for event in begun:
            apply_event(event)
        ends.append(end)
    for end in ends:
        held.clear()
        apply_event(end)
        assert held == [made.pk for made in deliveries]
    assert [successor(made) for made in deliveries] == [deliveries[2], deliveries[2], None]


def test_a_withdrawal_waits_in_the_same_order(
    owner: Actor, held: Held, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = deliveries = [submission(owner) for _ in range(3)]
    for made in deliveries:
        complete(made)
    third.refresh_from_db()
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda *_: held.clear())
    withdraw(owner, third, reason="Wrong file.")
    assert held == [made.pk for made in deliveries] and successor(first) == second


def test_a_delivery_of_another_institution_is_not_locked(owner: Actor, outsider: Actor, held: Held) -> None:
    theirs, mine = submission(outsider), submission(owner)
    complete(theirs)
    held.clear()
    complete(mine)
    assert held == [mine.pk]
