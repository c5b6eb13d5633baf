"""What is counted by the minute: calls of a token, refusals of an address; and the one record that stays."""

from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.models import ApiToken, Tally
from portal.accounts.programs.errors import TooManyCalls
from portal.accounts.programs.program import Program
from portal.accounts.programs.tallies import count_call, count_denied, count_refused, record_refusals
from portal.audit.models import AuditRecord
from tests.portal import programs

pytestmark = pytest.mark.django_db
HERE, THERE = "192.0.2.7", "192.0.2.8"


def a_minute_passes() -> None:
    for tally in Tally.objects.all():
        tally.minute -= timedelta(minutes=1)
        tally.save()


def records() -> list[tuple[Any, ...]]:
    found = AuditRecord.objects.order_by("id")
    return [(one.tag, one.institution_id, one.subject_id, one.address, one.detail["count"]) for one in found]


def test_a_token_calls_so_often_in_a_minute_and_no_other_token_suffers(
    given: tuple[ApiToken, str], settings: Any
) -> None:
    settings.FUNDGATE_TOKEN_CALLS_PER_MINUTE = 3
    token, other = given[0], programs.token_of(given[0].account)[0]
    for _ in range(3):
        count_call(token)
    with pytest.raises(TooManyCalls) as refusal:
        count_call(token)
    assert 1 <= (refusal.value.retry_after or 0) <= 60
    count_call(other)
    a_minute_passes()
    count_call(token)


def test_an_address_whose_tokens_are_refused_is_told_to_wait(settings: Any, db: None) -> None:
    settings.FUNDGATE_REFUSED_PER_MINUTE = 2
    for _ in range(2):
        count_refused(HERE)
    with pytest.raises(TooManyCalls):
        count_refused(HERE)
    count_refused(THERE)
    count_refused(None)


def test_refusals_become_one_record_for_each_address_and_token(
    given: tuple[ApiToken, str], settings: Any
) -> None:
    settings.FUNDGATE_REFUSED_PER_MINUTE = 100
    for _ in range(5):
        count_refused(HERE)
    count_refused(None)
    for _ in range(2):
        count_denied(Program(given[0], HERE))
        count_call(given[0])
    record_refusals()
    assert records() == [], "the minute is not over"
    a_minute_passes()
    count_refused(HERE)
    for _ in range(2):
        record_refusals()
    institution = given[0].account.institution_id
    assert records() == [
        ("api:token:refused", None, "", HERE, 5),
        ("api:token:refused", None, "", None, 1),
        ("api:access:denied", institution, str(given[0].pk), None, 2),
    ]
    assert list(Tally.objects.values_list("kind", "who", "count")) == [("refused", HERE, 1)]
