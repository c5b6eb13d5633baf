"""What was only checked is deleted after a week, what was handed in is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.schedule.models import FundDelivery
from ingestion.schedule.services.deliveries import keep_deliveries
from ingestion.web import results
from ingestion.web.errors import NoResultYet, NotNow
from ingestion.web.models import Submission
from ingestion.web.services import delete_checks, run_again
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD


def made(owner: Actor, days: float, state: State = State.COMPLETED, check_only: bool = True) -> Submission:
    verdict = Verdict.PASSED if state == State.COMPLETED else ""
    at = timezone.now() - timedelta(days=days)
    return submission(
        owner, state, check_only=check_only, verdict=verdict, index_card=CARD, created_at=at,
        results={"verdict": {"key": "k"}},
    )  # fmt: skip


def test_after_a_week_nothing_of_its_content_is_left(owner: Actor) -> None:
    old, young, kept = made(owner, 7.1), made(owner, 6.9), made(owner, 30, check_only=False)
    waiting, running = made(owner, 8, State.NEEDS_SIGN_IN), made(owner, 8, State.RUNNING)
    for one in (old, young):
        keep_deliveries(submission=one)
    assert delete_checks() == 2
    assert [row.submission for row in FundDelivery.objects.all()] == [young]
    assert delete_checks() == 0, "once"
    for one in (old, waiting):
        one.refresh_from_db()
        assert one.deleted_at is not None
        assert (one.index_card, one.results) == (None, {})
    assert old.verdict == Verdict.PASSED
    for one in (young, kept, running):
        one.refresh_from_db()
        assert (one.deleted_at, one.index_card) == (None, CARD)
    assert AuditRecord.objects.filter(tag="worker:submission:check-deleted").count() == 2


def test_what_is_deleted_is_neither_read_nor_checked_again(owner: Actor) -> None:
    old = made(owner, 8)
    delete_checks()
    old.refresh_from_db()
    credentials = None
    for read in (results.verdict, results.original, results.Findings):
        with pytest.raises(NoResultYet, match="deleted"):
            read(credentials, old)  # type: ignore[operator]
    with pytest.raises(NotNow, match="deleted"):
        run_again(owner, old)
