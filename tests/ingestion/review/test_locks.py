"""Locks of a review are taken in one order, so that no two transactions wait for each other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from ingestion.aws.events import Kind
from ingestion.review import listeners, services
from ingestion.review.models import Acceptance, Standing
from ingestion.review.signals import settled
from ingestion.review.states import Reach
from ingestion.web.models import Submission
from ingestion.web.services import apply_event, withdraw
from ingestion.web.services.lifecycle import locked
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.models import AuditHead
from tests.ingestion.review.conftest import asked, checked, tally
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import Run

WARNING, MORE = ("warning", "TPT-W", 3), ("warning", "TPT-W", 4)
Taken = list[tuple[type[models.Model], dict[str, Any]]]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """The tables whose rows are locked, and how, in their order."""
    found: Taken = []
    lock = models.QuerySet.select_for_update

    def noted(rows: Any, *args: Any, **how: Any) -> Any:
        found.append((rows.model, how))
        return lock(rows, *args, **how)

    monkeypatch.setattr(models.QuerySet, "select_for_update", noted)
    return found


def chain_is_last(taken: Taken) -> bool:
    """Whether the audit chain is held, and no row is waited for from then on."""
    tables = [model for model, _how in taken]
    return AuditHead in tables and set(tables[tables.index(AuditHead) :]) == {AuditHead}


def first_of(statements: list[str], table: str) -> int:
    return next(place for place, sql in enumerate(statements) if f'FROM "{table}"' in sql)


def test_a_tally_waits_for_the_institution_before_it_touches_the_standing(owner: Actor) -> None:
    made = checked(owner, WARNING)
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        transaction.atomic(),
    ):
        listeners.described(made, tally(("warning", "TPT-W", 5)))
    statements = [query["sql"] for query in queries.captured_queries]
    tables = [model._meta.db_table for model in (Institution, Standing)]
    assert first_of(statements, tables[0]) < first_of(statements, tables[1])
    assert Standing.objects.get(submission=made).tally["groups"][0]["count"] == 5


def test_an_acceptance_locks_the_submission_then_the_institution(
    owner: Actor, reviewer: Actor, taken: Taken
) -> None:
    made = checked(owner, WARNING)
    taken.clear()
    services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))
    assert [model for model, _how in taken][:2] == [Submission, Institution]


def test_rows_that_refer_to_a_locked_submission_are_not_held_up(owner: Actor, taken: Taken) -> None:
    made = checked(owner, WARNING)
    taken.clear()
    with transaction.atomic():
        assert locked(made.id) == made
        services.one_at_a_time(made.institution_id)
    assert [(model, how["no_key"]) for model, how in taken] == [(Submission, True), (Institution, True)]


@pytest.mark.parametrize("kind", [Kind.AUDIT, Kind.COMPLETED])
def test_a_run_holds_the_audit_chain_after_everything_else(owner: Actor, taken: Taken, kind: Kind) -> None:
    checked(owner, WARNING)
    made = checked(owner, WARNING)
    made.attempt, made.state, made.verdict = 2, State.QUEUED, ""
    made.save()
    looked_at = []
    for event in Run(counts={"error": 0, "warning": 3, "info": 0}, tally=tally(WARNING)).events(made):
        taken.clear()
        apply_event(event)
        if event.kind is kind:
            looked_at.append(chain_is_last(taken))
    assert looked_at and all(looked_at)


def test_a_withdrawal_that_lets_an_earlier_delivery_replace_another_holds_the_chain_last(
    owner: Actor, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (checked(owner, WARNING) for _ in range(3))
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda *_: taken.clear())
    withdraw(owner, third, reason="Wrong file.")
    first.refresh_from_db()
    assert first.superseded_by == second and chain_is_last(taken)


def test_an_acceptance_that_lapses_with_a_verdict_is_recorded_after_every_lock(
    owner: Actor, reviewer: Actor, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = asked("TPT-W", 3, reach=Reach.FOLLOWING)
    accepted = services.accept(actor=reviewer, submission=checked(owner, WARNING), asked=wanted)
    later = submission(owner)
    held: list[bool] = []
    monkeypatch.setattr(settled, "send", lambda *_, **__: held.append(AuditHead in dict(taken)))
    for event in Run(counts={"error": 0, "warning": 4, "info": 0}, tally=tally(MORE)).events(later):
        taken.clear()
        apply_event(event)
    accepted.refresh_from_db()
    assert accepted.lapsed_with == later and chain_is_last(taken)
    assert held and not any(held), "what is owed now locks copies"


def test_whoever_accepts_decides_or_ends_holds_the_chain_after_what_is_owed(
    owner: Actor,
    reviewer: Actor,
    second: Actor,
    monkeypatch: pytest.MonkeyPatch,
    taken: Taken,
) -> None:
    made = checked(owner, ("error", "TPT-P02", 1))
    held: list[bool] = []
    monkeypatch.setattr(settled, "send", lambda *_, **__: held.append(AuditHead in dict(taken)))

    def by_itself(act: Callable[[], Acceptance]) -> Acceptance:
        taken.clear()
        held.clear()
        acceptance = act()
        assert held and not any(held), "what is owed now locks copies"
        assert chain_is_last(taken)
        return acceptance

    wanted = by_itself(lambda: services.accept(actor=reviewer, submission=made, asked=asked("TPT-P02", 1)))
    agreed = by_itself(lambda: services.decide(actor=second, acceptance=wanted, agree=True, reason=""))
    by_itself(lambda: services.end(actor=reviewer, acceptance=agreed))
