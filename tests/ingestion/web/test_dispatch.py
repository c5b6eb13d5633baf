"""What is owed is started once, if the database still allows it; nothing owed is lost."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from ingestion.web.models import OutboxEntry
from ingestion.web.services import abandon_half_received, dispatch_outbox, reconcile, start
from ingestion.web.services.dispatch import execution_input
from ingestion.web.services.outbox import owe_start
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.models import Membership
from tests.ingestion.web.conftest import outbox, submission


@pytest.mark.django_db(transaction=True)
def test_an_unreachable_queue_loses_no_upload(owner: Actor) -> None:
    made = submission(owner)
    with transaction.atomic():
        entry = owe_start(owner, made, "/fundgate/tokens/x")
    entry.refresh_from_db()
    assert entry.dispatched_at is None


def test_an_unreachable_step_functions_keeps_the_start_owed(owner: Actor) -> None:
    made = submission(owner)
    entry = outbox(made, owner, created_at=timezone.now() - timedelta(minutes=1))
    assert dispatch_outbox() == 0
    made.refresh_from_db()
    entry.refresh_from_db()
    assert (made.state, entry.dispatched_at) == (State.QUEUED, None)


def test_a_start_is_authorised_anew(owner: Actor) -> None:
    made = submission(owner)
    entry = outbox(made, owner)
    Membership.objects.filter(user=owner.user).update(role="viewer")
    assert not start(entry.pk)
    made.refresh_from_db()
    assert (made.state, made.code) == (State.FAILED, "ACCESS_DENIED")
    assert OutboxEntry.objects.get(pk=entry.pk).outcome == "ACCESS_DENIED"


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.RUNNING, State.COMPLETED])
def test_what_is_no_longer_queued_is_not_started(owner: Actor, state: State) -> None:
    made = submission(owner, state)
    entry = outbox(made, owner)
    assert not start(entry.pk)
    made.refresh_from_db()
    assert made.state == state


@pytest.mark.parametrize("nonsense", [0, -1, 10**6])
def test_an_id_that_owes_nothing_starts_nothing(db: None, nonsense: int) -> None:
    assert not start(nonsense)


def test_the_input_of_an_execution_holds_ids_and_what_is_expected_only(owner: Actor) -> None:
    made = submission(owner)
    told = execution_input(outbox(made, owner))
    parts = "submission attempt institution token_parameter resume_from expected_template check_only object"
    assert set(told) == set(parts.split())
    assert made.file_name not in str(told)


@pytest.mark.parametrize("expected", ["", "EMT"])
def test_an_execution_is_told_which_template_is_expected(owner: Actor, expected: str) -> None:
    made = submission(owner, expected_template=expected)
    assert execution_input(outbox(made, owner))["expected_template"] == expected


def test_what_never_arrived_completely_is_refused_after_an_hour(owner: Actor) -> None:
    old, fresh = submission(owner, State.RECEIVING), submission(owner, State.RECEIVING)
    old.created_at = timezone.now() - timedelta(minutes=61)
    old.save()
    assert abandon_half_received() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.state, old.code, fresh.state) == (State.REFUSED, "UPLOAD_INCOMPLETE", State.RECEIVING)


def test_the_sweep_asks_only_about_what_was_started_and_is_late(owner: Actor) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    submission(owner, State.RUNNING)  # not late
    owed = submission(owner, State.QUEUED, state_since=long_ago)
    outbox(owed, owner)
    assert reconcile() == 0
    owed.refresh_from_db()
    assert owed.state == State.QUEUED
