"""Who may say what is expected, within which bounds, and what is recorded of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ingestion.schedule import selectors, services
from ingestion.schedule.errors import AlreadyExpected, TermsInvalid
from ingestion.schedule.models import Expectation
from ingestion.schedule.services import expectations
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed
from tests.ingestion.schedule.conftest import FUND, TERMS, expected

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[str, dict[str, Any]]]:
    return list(AuditRecord.objects.filter(tag__startswith="portal:").values_list("tag", "detail"))


def test_the_same_is_expected_of_several_funds_in_one_recorded_act(reviewer: Actor) -> None:
    made = services.expect(actor=reviewer, funds=[FUND, " lu0000000001", "LU2"], **TERMS)
    assert [one.fund for one in made] == [FUND, "LU2"]
    ((tag, detail),) = recorded()
    assert tag == "portal:expectation:set"
    assert detail["ids"] == [str(one.id) for one in made]
    assert FUND not in str(detail)


def test_what_is_expected_already_is_refused_as_a_whole(reviewer: Actor) -> None:
    services.expect(actor=reviewer, funds=[FUND], **TERMS)
    with pytest.raises(AlreadyExpected):
        services.expect(actor=reviewer, funds=["LU2", FUND], **TERMS)
    assert [one.fund for one in Expectation.objects.all()] == [FUND]
    assert len(recorded()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"template": "XYZ"}, "template"),
        ({"frequency": "hourly"}, "frequency"),
        ({"frequency": "weekly", "day": 6}, "day"),
        ({"day": 32}, "day"),
        ({"month": 13}, "month"),
        ({"business_days": 61}, "business_days"),
        ({"remind_days": 11}, "remind_days"),
        ({"calendar": "MARS"}, "calendar"),
        ({"ends": date(2025, 12, 31)}, "ends"),
        ({"starts": date(1999, 12, 31)}, "ends"),
    ],
)
def test_terms_out_of_bounds_are_refused_at_their_field(
    reviewer: Actor, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(TermsInvalid) as refused:
        services.expect(actor=reviewer, funds=[FUND], **TERMS | change)
    assert [problem["place"] for problem in refused.value.problems] == [field]
    assert not Expectation.objects.exists()


@pytest.mark.parametrize(
    "funds", [[], ["x" * 256], [f"LU{n}" for n in range(201)]], ids=["none", "long", "many"]
)
def test_funds_are_named_and_counted(reviewer: Actor, funds: list[str]) -> None:
    with pytest.raises(TermsInvalid):
        services.expect(actor=reviewer, funds=funds, **TERMS)


def test_no_institution_expects_without_end_and_none_takes_another_s_room(
    reviewer: Actor, outsider: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "MOST", 2)
    expected(outsider)
    with pytest.raises(TermsInvalid, match="at most 2 deliveries"):
        services.expect(actor=reviewer, funds=["LU1", "LU2", "LU3"], **TERMS)
    first, _second = services.expect(actor=reviewer, funds=["LU1", "LU2"], **TERMS)
    with pytest.raises(TermsInvalid, match="at most 2 deliveries"):
        services.expect(actor=reviewer, funds=["LU3"], **TERMS)
    services.remove(actor=reviewer, expectation=first)
    services.expect(actor=reviewer, funds=["LU3"], **TERMS)
    assert set(selectors.expectations_for(reviewer).values_list("fund", flat=True)) == {"LU2", "LU3"}


def test_a_change_records_what_was_and_what_is_and_none_records_nothing(reviewer: Actor) -> None:
    one = expected(reviewer)
    services.change(actor=reviewer, expectation=one, **TERMS)
    assert recorded() == []
    services.change(actor=reviewer, expectation=one, **TERMS | {"business_days": 7})
    ((tag, detail),) = recorded()
    assert tag == "portal:expectation:changed"
    assert (detail["before"]["business_days"], detail["after"]["business_days"]) == (5, 7)


def test_what_is_removed_leaves_the_calendar_and_a_record(reviewer: Actor) -> None:
    one = expected(reviewer)
    services.remove(actor=reviewer, expectation=one)
    services.remove(actor=reviewer, expectation=one)
    assert not Expectation.objects.exists()
    assert [tag for tag, _detail in recorded()] == ["portal:expectation:removed"]


ACTS: dict[str, Callable[[Actor, Expectation], Any]] = {
    "expect": lambda actor, one: services.expect(actor=actor, funds=["LU2"], **TERMS),
    "change": lambda actor, one: services.change(actor=actor, expectation=one, **TERMS | {"day": 1}),
    "remove": lambda actor, one: services.remove(actor=actor, expectation=one),
}


@pytest.mark.parametrize("act", ACTS)
def test_reviewers_say_what_is_expected_and_uploaders_do_not(owner: Actor, reviewer: Actor, act: str) -> None:
    one = expected(owner)
    with pytest.raises(NotAllowed):
        ACTS[act](owner, one)
    assert recorded() == []
    ACTS[act](reviewer, one)
    assert len(recorded()) == 1


def test_another_institution_s_reviewer_changes_and_removes_nothing(owner: Actor, outsider: Actor) -> None:
    one = expected(owner)
    with pytest.raises(Expectation.DoesNotExist):
        services.change(actor=outsider, expectation=one, **TERMS | {"day": 1})
    services.remove(actor=outsider, expectation=one)
    one.refresh_from_db()
    assert one.day == 31
    assert recorded() == []


def test_an_administrator_sets_the_zone_once(admin: Actor, reviewer: Actor, outsider: Actor) -> None:
    with pytest.raises(NotAllowed):
        services.set_zone(actor=reviewer, zone="Europe/Paris")
    with pytest.raises(TermsInvalid):
        services.set_zone(actor=admin, zone="Mars/Olympus")
    for _ in range(2):
        services.set_zone(actor=admin, zone="Europe/Paris")
    assert [detail for _tag, detail in recorded()] == [{"before": "", "after": "Europe/Paris"}]
    assert selectors.zone_for(reviewer) == "Europe/Paris"
    assert selectors.zone_for(outsider) == "UTC"
