"""The newest delivery of a fund, template and date counts; the earlier ones stay and point to it."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from ingestion.pipeline.card import delivery_key
from ingestion.web.models import Submission
from ingestion.web.services import apply_event, withdraw
from ingestion.web.states import State
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import Bucket
from tests.ingestion.web.runs import CARD, Run


def complete(made: Submission, run: Run | None = None) -> None:
    for event in (run or Run()).events(made):
        apply_event(event)


def begin_again(made: Submission) -> None:
    made.refresh_from_db()
    made.attempt, made.state, made.verdict = made.attempt + 1, State.QUEUED, ""
    made.save()


def complete_again(made: Submission, card: dict[str, Any]) -> None:
    """The file is checked once more, and its card says this instead."""
    begin_again(made)
    for event in Run().events(made):
        apply_event(replace(event, index_card=CARD | card if event.index_card else None))


def successor(made: Submission) -> Submission | None:
    made.refresh_from_db()
    return made.superseded_by


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_order_the_verdicts_come_in_the_newest_delivery_counts(
    owner: Actor, order: tuple[int, ...]
) -> None:
    deliveries = [submission(owner) for _ in range(3)]
    for index in order:
        complete(deliveries[index])
    first, second, third = deliveries
    assert [successor(first), successor(second), successor(third)] == [third, third, None]


@pytest.mark.parametrize("card", [{"valuation_date": "2026-01-30"}, {"portfolios": []}])
def test_what_was_replaced_counts_again_once_a_new_check_finds_another_date_or_no_fund(
    owner: Actor, card: dict[str, Any]
) -> None:
    first, second = submission(owner), submission(owner)
    for made in (first, second):
        complete(made)
    complete_again(second, card)
    assert [successor(first), successor(second)] == [None, None]
    complete_again(second, {})
    assert [successor(first), successor(second)] == [second, None]


@pytest.mark.parametrize("code", ["INTERNAL", "TOKEN_EXPIRED", ""])
def test_what_is_checked_again_replaces_as_before_at_every_event_whatever_its_end(
    owner: Actor, code: str
) -> None:
    first, second = submission(owner), submission(owner)
    for made in (first, second):
        complete(made)
    begin_again(second)
    for event in Run(error=code, stage="quality").events(second):
        apply_event(event)
        assert successor(first) == second, event
    second.refresh_from_db()
    assert second.state == {"INTERNAL": State.FAILED, "TOKEN_EXPIRED": State.NEEDS_SIGN_IN}.get(
        code, State.COMPLETED
    )


def test_what_is_replaced_can_be_checked_again_beside_what_replaces_it(owner: Actor) -> None:
    first, second = submission(owner), submission(owner)
    for made in (first, second):
        complete(made)
    begin_again(second)
    apply_event(Run().events(second)[0])
    complete_again(first, {})
    assert [successor(first), successor(second)] == [second, None]


def test_a_first_check_that_cannot_be_finished_replaces_nothing(owner: Actor) -> None:
    first, second = submission(owner), submission(owner)
    complete(first)
    described = next(event for event in Run().events(second) if event.index_card)
    apply_event(described)
    complete(second, Run(error="INTERNAL"))
    second.refresh_from_db()
    assert (second.state, bool(second.delivery_key)) == (State.FAILED, True)
    assert [successor(first), successor(second)] == [None, None]


def test_a_replaced_delivery_that_turns_out_to_be_another_counts(owner: Actor) -> None:
    first, second = submission(owner), submission(owner)
    for made in (first, second):
        complete(made)
    complete_again(first, {"valuation_date": None})
    assert [successor(first), successor(second)] == [None, None]


def test_an_unreadable_delivery_supersedes_nothing(owner: Actor) -> None:
    first, second = submission(owner), submission(owner)
    complete(first)
    complete(second, Run(unreadable="FILE_UNREADABLE"))
    assert successor(first) is None


def test_another_institution_s_delivery_supersedes_nothing(owner: Actor, outsider: Actor) -> None:
    mine, theirs = submission(owner), submission(outsider)
    complete(mine)
    complete(theirs)
    assert successor(mine) is None


def test_a_withdrawn_delivery_never_counts(owner: Actor, bucket: Bucket) -> None:
    first, second = submission(owner), submission(owner)
    complete(first)
    withdraw(owner, second)
    complete(second)
    assert successor(first) is None
    second.refresh_from_db()
    assert second.state == State.WITHDRAWN


def test_what_is_only_checked_supersedes_nothing_and_is_superseded_by_nothing(owner: Actor) -> None:
    first, check, last = submission(owner), submission(owner, check_only=True), submission(owner)
    for made in (first, check, last):
        complete(made)
    assert [successor(first), successor(check), successor(last)] == [last, None, None]
    check.refresh_from_db()
    assert check.template == "TPT", "it is found by its fund all the same"


def test_the_key_does_not_depend_on_order_or_case_and_needs_a_date() -> None:
    one = {"id": "lu1 ", "id_type": "1", "name": "x", "currency": "EUR"}
    other = {"id": "LU2", "id_type": "1", "name": "y", "currency": "EUR"}
    assert delivery_key(CARD | {"portfolios": [one, other]}) == delivery_key(
        CARD | {"portfolios": [other, one | {"id": "LU1"}]}
    )
    assert delivery_key(CARD) != delivery_key(CARD | {"valuation_date": "2026-01-30"})
    assert delivery_key(CARD) != delivery_key(CARD | {"template": "EMT"})
    assert delivery_key(CARD | {"valuation_date": None}) == ""
    assert delivery_key(CARD | {"portfolios": []}) == ""
