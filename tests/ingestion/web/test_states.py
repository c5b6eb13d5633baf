"""One table of changes; each leaves a row; what it does not allow has no effect."""

import pytest
from django.db import IntegrityError, transaction

from ingestion.web.models import Transition
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.states import ALLOWED_TRANSITIONS, State, Verdict, verdict_of
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission

PAIRS = [(a, b) for a in State for b in State]


def test_every_state_has_an_entry_in_the_table() -> None:
    assert set(ALLOWED_TRANSITIONS) == set(State)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_change_happens_exactly_when_the_table_allows_it(owner: Actor, before: State, after: State) -> None:
    made = submission(owner, before)
    rows = Transition.objects.filter(submission=made).count()
    with transaction.atomic():
        moved = change(locked(made.id), after)
    made.refresh_from_db()
    assert moved == (after in ALLOWED_TRANSITIONS[before])
    assert made.state == (after if moved else before)
    assert Transition.objects.filter(submission=made).count() == rows + moved


def test_a_refused_change_leaves_its_fields_alone(owner: Actor) -> None:
    made = submission(owner, State.WITHDRAWN)
    with transaction.atomic():
        assert not change(locked(made.id), State.COMPLETED, verdict=Verdict.PASSED)
    made.refresh_from_db()
    assert made.verdict == ""


def test_a_verdict_stands_with_what_was_checked_only(owner: Actor) -> None:
    made = submission(owner, State.COMPLETED, verdict=Verdict.PASSED)
    made.state = State.WITHDRAWN
    made.save()
    made.state = State.QUEUED
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


@pytest.mark.parametrize(
    ("code", "counts", "verdict"),
    [
        ("TEMPLATE_UNKNOWN", {}, "unreadable"),
        ("", {"error": 1, "warning": 5}, "failed"),
        ("", {"error": 0, "warning": 5}, "passed_with_warnings"),
        ("", {"error": 0, "warning": 0, "info": 3}, "passed"),
    ],
)
def test_the_verdict_follows_from_code_and_counts(code: str, counts: dict[str, int], verdict: str) -> None:
    assert verdict_of(code, counts) == verdict


def test_numbers_count_per_institution(owner: Actor, outsider: Actor) -> None:
    assert [submission(owner).number for _ in range(3)] == [1, 2, 3]
    assert submission(outsider).number == 1
