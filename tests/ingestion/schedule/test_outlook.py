"""What came of an expected delivery: due, late, missing, received; reminders of it, once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ingestion.schedule import selectors, services
from ingestion.schedule.models import DeadlineZone, Expectation, FundDelivery
from ingestion.schedule.outlook import Entry, Status
from ingestion.web.services import apply_event
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.common.errors import NotFound
from portal.notices.models import Announcement
from tests.ingestion.schedule.conftest import FUND, delivered, expected, local
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD, Run

pytestmark = pytest.mark.django_db
DUE = local(2026, 2, 6, 18)  # five business days after 31 January, a Saturday
MISSING = local(2026, 2, 13, 18)


@pytest.fixture(autouse=True)
def zone(alpine: Any) -> None:
    DeadlineZone.objects.create(institution=alpine, zone="Europe/Luxembourg")


def february(viewer: Actor, moment: datetime = MISSING + timedelta(days=1)) -> list[Entry]:
    return selectors.calendar(viewer, date(2026, 2, 1), date(2026, 2, 28), moment=moment)


def status(viewer: Actor, moment: datetime = MISSING + timedelta(days=1)) -> Status:
    (entry,) = february(viewer, moment)
    return entry.status


def test_a_delivery_is_due_then_late_then_missing(owner: Actor, viewer: Actor) -> None:
    expected(owner)
    moments = [DUE, DUE + timedelta(seconds=1), MISSING - timedelta(seconds=1), MISSING]
    assert [status(viewer, moment) for moment in moments] == ["due", "late", "late", "missing"]


def test_in_time_is_when_it_was_handed_in_not_when_it_was_checked(owner: Actor, viewer: Actor) -> None:
    expected(owner)
    delivered(owner, date(2026, 1, 31), DUE)
    assert status(viewer) == Status.RECEIVED


def test_the_first_delivery_decides_whether_it_was_in_time_and_the_last_one_counts(
    owner: Actor, viewer: Actor
) -> None:
    expected(owner)
    delivered(owner, date(2026, 1, 30), DUE - timedelta(days=1), verdict=Verdict.FAILED)
    again = delivered(owner, date(2026, 1, 31), DUE + timedelta(days=3))
    (entry,) = february(viewer)
    assert entry.status == Status.RECEIVED
    assert entry.arrival
    assert (entry.arrival.submission, entry.arrival.verdict) == (again.id, "passed")


def test_what_comes_after_the_deadline_was_late(owner: Actor, viewer: Actor) -> None:
    expected(owner)
    delivered(owner, date(2026, 1, 31), DUE + timedelta(seconds=1))
    assert status(viewer) == Status.RECEIVED_LATE


@pytest.mark.parametrize(
    "other",
    [
        {"state": State.WITHDRAWN, "verdict": ""},
        {"check_only": True},
        {"verdict": Verdict.UNREADABLE},
        {"fund": "LU0000000002"},
        {"template": "EMT"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_was_not_delivered_does_not_count(owner: Actor, viewer: Actor, other: dict[str, Any]) -> None:
    expected(owner)
    delivered(owner, date(2026, 1, 31), DUE, **other)
    assert status(viewer) == Status.MISSING


@pytest.mark.parametrize("day", [date(2026, 1, 29), date(2026, 2, 1), date(2025, 12, 31)])
def test_another_valuation_date_does_not_count(owner: Actor, viewer: Actor, day: date) -> None:
    expected(owner)
    delivered(owner, day, DUE)
    assert status(viewer) == Status.MISSING


def test_another_institution_s_delivery_does_not_count_and_its_calendar_is_empty(
    owner: Actor, viewer: Actor, outsider: Actor
) -> None:
    one = expected(owner)
    delivered(outsider, date(2026, 1, 31), DUE)
    assert status(viewer) == Status.MISSING
    assert february(outsider) == []
    with pytest.raises(NotFound):
        selectors.get_expectation(outsider, one.id)
    assert selectors.get_expectation(viewer, one.id) == one


def test_a_file_whatever_funds_it_names_is_met_by_any(owner: Actor, viewer: Actor) -> None:
    expected(owner, fund="")
    delivered(owner, date(2026, 1, 31), DUE, fund="LU0000000009")
    assert status(viewer) == Status.RECEIVED


def test_nothing_is_expected_before_the_first_and_after_the_last_valuation_day(
    owner: Actor, viewer: Actor
) -> None:
    one = expected(owner, starts=date(2026, 2, 1))
    assert february(viewer) == []
    Expectation.objects.filter(pk=one.pk).update(starts=date(2025, 1, 1), ends=date(2026, 1, 30))
    assert february(viewer) == []
    Expectation.objects.filter(pk=one.pk).update(ends=date(2026, 1, 31))
    assert len(february(viewer)) == 1


def announced() -> list[tuple[str, str]]:
    return list(Announcement.objects.order_by("pk").values_list("event", "about__due"))


def test_each_state_of_a_late_delivery_is_told_once_however_often_the_worker_looks(owner: Actor) -> None:
    expected(owner)
    assert services.remind(DUE) == 0
    for moment in (
        DUE + timedelta(minutes=1),
        DUE + timedelta(hours=9),
        MISSING,
        MISSING + timedelta(days=1),
    ):
        services.remind(moment)
        services.remind(moment)
    assert announced() == [("delivery.late", "2026-02-06"), ("delivery.missing", "2026-02-06")]


@pytest.mark.parametrize("broken", ["alpine", "borealis"])
def test_what_fails_for_one_institution_keeps_no_reminder_from_another(
    owner: Actor, outsider: Actor, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    sides = {"alpine": owner.institution, "borealis": outsider.institution}
    DeadlineZone.objects.update_or_create(institution=sides[broken], defaults={"zone": "Mars/Olympus"})
    for person in (owner, outsider):
        expected(person)
    assert services.remind(MISSING) == 1
    (told,) = Announcement.objects.all()
    assert told.institution_id == next(one.id for name, one in sides.items() if one and name != broken)
    assert f"reminders of institution {sides[broken].id} broke off" in caplog.text  # type: ignore[union-attr]


REMINDED = local(2026, 2, 4, 6)  # two business days before the deadline, ahead of the daily e-mail


def test_people_are_reminded_once_the_agreed_days_before_a_deadline(owner: Actor) -> None:
    expected(owner, remind_days=2)
    assert services.remind(REMINDED - timedelta(minutes=1)) == 0
    for moment in (REMINDED, REMINDED + timedelta(minutes=15), DUE):
        assert services.remind(moment) == 1
    assert announced() == [("delivery.due", "2026-02-06")]


@pytest.mark.parametrize("reason", ["nobody wished it", "it has arrived", "it was set since"])
def test_nobody_is_reminded_without_need(owner: Actor, reason: str) -> None:
    wished = expected(owner, remind_days=0 if reason == "nobody wished it" else 2)
    if reason == "it has arrived":
        delivered(owner, date(2026, 1, 31), REMINDED - timedelta(days=1))
    if reason == "it was set since":
        Expectation.objects.filter(pk=wished.pk).update(set_at=REMINDED)
    assert services.remind(REMINDED + timedelta(minutes=15)) == 0
    assert announced() == []


def test_what_arrived_is_not_called_late(owner: Actor) -> None:
    expected(owner)
    delivered(owner, date(2026, 1, 31), DUE + timedelta(minutes=1))
    assert services.remind(DUE + timedelta(hours=1)) == 0
    assert announced() == []


def test_what_was_overdue_when_it_was_set_is_not_announced(owner: Actor, viewer: Actor) -> None:
    expected(owner, set_at=DUE + timedelta(hours=1))
    assert status(viewer, DUE + timedelta(hours=2)) == Status.LATE
    assert services.remind(DUE + timedelta(hours=2)) == 0


def test_the_funds_of_a_file_are_known_with_its_index_card_and_only_as_the_last_attempt_found_them(
    owner: Actor, viewer: Actor
) -> None:
    made = submission(owner)
    for event in Run().events(made):
        apply_event(event)
    assert list(FundDelivery.objects.values_list("fund", "name", "template", "valuation_date")) == [
        (FUND, "One", "TPT", date(2026, 2, 27))
    ]
    made.refresh_from_db()
    two = [{"id": fund, "id_type": "1", "name": fund, "currency": "EUR"} for fund in (" lu2", "LU3", "LU2")]
    made.index_card = CARD | {"portfolios": two, "valuation_date": "end of February"}
    services.keep_deliveries(submission=made)
    assert list(FundDelivery.objects.order_by("fund").values_list("fund", "valuation_date")) == [
        ("LU2", None),
        ("LU3", None),
    ]


def test_a_fund_has_one_line_with_its_current_deliveries_oldest_first(
    owner: Actor, viewer: Actor, outsider: Actor
) -> None:
    first = delivered(owner, date(2026, 1, 31), DUE, score=0.5, error_count=3, verdict=Verdict.FAILED)
    newer = delivered(owner, date(2026, 1, 31), DUE, score=0.8)
    first.superseded_by = newer
    first.save()
    last = delivered(owner, date(2026, 2, 28), DUE, score=0.9)
    delivered(owner, date(2026, 3, 31), DUE, check_only=True)
    delivered(owner, date(2026, 2, 28), DUE, template="EMT")
    groups = selectors.fund_groups(viewer)
    assert [(group["fund"], group["template"]) for group in groups] == [(FUND, "EMT"), (FUND, "TPT")]
    line = selectors.fund_lines(viewer, groups)[1]
    assert [point.submission for point in line.points] == [newer.id, last.id]
    assert (line.last, line.name, line.points[-1].score) == (last, "Growth", 0.9)
    assert list(selectors.fund_groups(outsider)) == []
    assert [group["template"] for group in selectors.fund_groups(viewer, "grow")] == ["EMT", "TPT"]
    assert list(selectors.fund_groups(viewer, "nothing like it")) == []
