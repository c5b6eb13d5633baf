"""Due days and moments: month ends, year ends, holidays, and clocks that are set forward and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.schedule.business_days import CALENDARS
from ingestion.schedule.services.reminders import LOOK_AHEAD
from ingestion.schedule.terms import (
    LONGEST,
    MAX_BUSINESS_DAYS,
    MAX_REMIND_DAYS,
    Frequency,
    Terms,
    due_between,
    moment,
    occurrences,
    valuation_days,
)

quick = settings(max_examples=60, deadline=None)
ZONES = ["UTC", "Europe/Luxembourg", "Europe/London", "America/New_York", "Asia/Beirut", "Pacific/Chatham",
         "Australia/Lord_Howe", "Africa/Casablanca"]  # fmt: skip
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MONTH_END = Terms("monthly", 31, 12, 5, time(18), "TARGET", "Europe/Luxembourg")


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    frequency = draw(st.sampled_from(Frequency.values))
    day = draw(st.integers(1, 5 if frequency == Frequency.WEEKLY else 31))
    return Terms(
        frequency, day, draw(st.integers(1, 12)), draw(st.integers(0, MAX_BUSINESS_DAYS)), draw(st.times()),
        draw(st.sampled_from(sorted(CALENDARS))), draw(st.sampled_from(ZONES)),
        draw(st.integers(0, MAX_REMIND_DAYS)),
    )  # fmt: skip


def monthly(first: date, last: date, **changes: object) -> list[tuple[str, str]]:
    chosen = Terms(**(vars(MONTH_END) | changes))  # type: ignore[arg-type]
    return [(str(one.valuation), str(one.due_on)) for one in occurrences(chosen, first, last)]


@quick
@given(terms(), days)
def test_a_deadline_is_a_business_day_at_the_agreed_time_and_patience_ends_after_it(
    agreed: Terms, first: date
) -> None:
    calendar = CALENDARS[agreed.calendar]
    for one in occurrences(agreed, first, first + timedelta(days=40)):
        assert calendar.is_open(one.due_on)
        assert calendar.is_open(one.accepted[0])
        assert sum(map(calendar.is_open, one.accepted)) == 1
        assert one.accepted[-1] == one.valuation <= one.due_on <= one.valuation + LONGEST
        between = sum(
            calendar.is_open(one.valuation + timedelta(days=n))
            for n in range(1, (one.due_on - one.valuation).days + 1)
        )
        assert between == agreed.business_days or agreed.business_days == 0
        assert one.due < one.missing_from
        assert (one.remind_from is None) == (agreed.remind_days == 0)
        assert one.remind_from is None or one.due - LOOK_AHEAD < one.remind_from < one.due
        local = one.due.astimezone(ZoneInfo(agreed.zone))
        assert local.date() == one.due_on
        skipped = local.replace(tzinfo=None) - datetime.combine(one.due_on, agreed.at)
        assert timedelta(0) <= skipped <= timedelta(hours=1), "only an hour that clocks skip moves a deadline"


@quick
@given(terms(), days, st.integers(0, 500), st.data())
def test_however_a_time_is_cut_into_months_each_delivery_is_expected_once(
    agreed: Terms, first: date, length: int, data: st.DataObject
) -> None:
    last = first + timedelta(days=length)
    cut = data.draw(st.dates(first, last))
    whole = list(valuation_days(agreed, first, last))
    parts = [*valuation_days(agreed, first, cut), *valuation_days(agreed, cut + timedelta(days=1), last)]
    assert whole == parts == sorted(set(whole))
    due = due_between(agreed, first, last)
    halves = [*due_between(agreed, first, cut), *due_between(agreed, cut + timedelta(days=1), last)]
    assert due == tuple(halves)


@quick
@given(terms(), st.integers(2015, 2035))
def test_a_year_has_as_many_deliveries_as_its_frequency_says(agreed: Terms, year: int) -> None:
    count = len(list(valuation_days(agreed, date(year, 1, 1), date(year, 12, 31))))
    least, most = {"daily": (245, 262), "weekly": (52, 53), "monthly": (12, 12), "quarterly": (4, 4),
                   "yearly": (1, 1)}[agreed.frequency]  # fmt: skip
    assert least <= count <= most


@quick
@given(days, st.times(), st.sampled_from(ZONES))
def test_deadlines_of_later_days_are_later_also_where_clocks_change(day: date, at: time, zone: str) -> None:
    assert moment(day, at, zone) < moment(day + timedelta(days=1), at, zone)


def test_month_ends_are_met_in_short_months_and_leap_years() -> None:
    ends = monthly(date(2027, 12, 1), date(2028, 4, 30))
    assert ends == [
        ("2027-12-31", "2028-01-07"),
        ("2028-01-31", "2028-02-07"),
        ("2028-02-29", "2028-03-07"),
        ("2028-03-31", "2028-04-07"),
        ("2028-04-30", "2028-05-08"),  # 30 April is a Sunday and 1 May a holiday
    ]


def test_the_turn_of_the_year_counts_the_days_payments_rest() -> None:
    assert monthly(date(2026, 12, 1), date(2026, 12, 31)) == [("2026-12-31", "2027-01-08")]
    assert monthly(date(2026, 3, 1), date(2026, 3, 31), business_days=2) == [("2026-03-31", "2026-04-02")]
    assert monthly(date(2026, 3, 1), date(2026, 3, 31), business_days=3) == [("2026-03-31", "2026-04-07")], (
        "Good Friday and Easter Monday lie between"
    )


def test_no_business_day_means_the_same_day_or_the_next_that_is_one() -> None:
    assert monthly(date(2026, 5, 1), date(2026, 6, 30), business_days=0) == [
        ("2026-05-31", "2026-06-01"),
        ("2026-06-30", "2026-06-30"),
    ]


@pytest.mark.parametrize(
    ("frequency", "month", "expected"),
    [("quarterly", 12, [3, 6, 9, 12]), ("quarterly", 1, [1, 4, 7, 10]), ("yearly", 9, [9])],
)
def test_quarters_and_years_count_from_their_month(frequency: str, month: int, expected: list[int]) -> None:
    chosen = Terms(frequency, 31, month, 5, time(18), "LU", "UTC")
    assert [day.month for day in valuation_days(chosen, date(2026, 1, 1), date(2026, 12, 31))] == expected


def test_the_last_business_day_counts_for_a_month_that_ends_on_a_weekend() -> None:
    (one,) = occurrences(MONTH_END, date(2026, 1, 1), date(2026, 1, 31))  # a Saturday
    assert one.accepted == (date(2026, 1, 30), date(2026, 1, 31))
    (one,) = occurrences(MONTH_END, date(2026, 3, 1), date(2026, 3, 31))  # a Tuesday
    assert one.accepted == (date(2026, 3, 31),)


def test_a_time_that_clocks_skip_is_the_hour_after_and_one_they_repeat_the_second() -> None:
    zone = "Europe/Luxembourg"
    assert moment(date(2026, 3, 29), time(2, 30), zone) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(2, 30), zone) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 3, 30), time(18), zone) == datetime(2026, 3, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize("code", sorted(CALENDARS))
def test_every_calendar_that_is_offered_is_known_and_rests_at_christmas(code: str) -> None:
    calendar = CALENDARS[code]
    assert not calendar.is_open(date(2026, 12, 25))
    assert not calendar.is_open(date(2026, 12, 27)), "a Sunday"
    assert calendar.is_open(date(2026, 12, 22))
