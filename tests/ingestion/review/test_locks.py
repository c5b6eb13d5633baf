"""Locks of a review are taken in one order, so that no two transactions wait for each other."""

from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from ingestion.review import listeners, services
from ingestion.review.models import Standing
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import locked
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from tests.ingestion.review.conftest import asked, checked, tally

WARNING = ("warning", "TPT-W", 3)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[type[models.Model], dict[str, Any]]]:
    """The tables whose rows are locked, and how, in their order."""
    found: list[tuple[type[models.Model], dict[str, Any]]] = []
    lock = models.QuerySet.select_for_update

    def noted(rows: Any, *args: Any, **how: Any) -> Any:
        found.append((rows.model, how))
        return lock(rows, *args, **how)

    monkeypatch.setattr(models.QuerySet, "select_for_update", noted)
    return found


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
    owner: Actor, reviewer: Actor, taken: list[tuple[type[models.Model], dict[str, Any]]]
) -> None:
    made = checked(owner, WARNING)
    taken.clear()
    services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))
    assert [model for model, _how in taken][:2] == [Submission, Institution]


def test_rows_that_refer_to_a_locked_submission_are_not_held_up(
    owner: Actor, taken: list[tuple[type[models.Model], dict[str, Any]]]
) -> None:
    made = checked(owner, WARNING)
    taken.clear()
    with transaction.atomic():
        assert locked(made.id) == made
        services.one_at_a_time(made.institution_id)
    assert [(model, how["no_key"]) for model, how in taken] == [(Submission, True), (Institution, True)]
