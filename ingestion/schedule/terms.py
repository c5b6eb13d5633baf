"""When deliveries fall due: from frequency, valuation day and deadline to days and moments. No database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from ingestion.schedule.business_days import CALENDARS, DAY, Calendar

MAX_BUSINESS_DAYS = 60
MAX_REMIND_DAYS = 10
REMIND_AT = time(6)  # before the daily e-mail goes out
LONGEST = timedelta(days=120)
"""From a valuation day to its deadline, more than `MAX_BUSINESS_DAYS` business days ever take."""


class Frequency(models.TextChoices):
    """How often a delivery is expected."""

    DAILY = "daily", _("Every business day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    YEARLY = "yearly", _("Every year")


MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}
# business days after its deadline from which a late delivery is called missing
PATIENCE = {Frequency.DAILY: 1, Frequency.WEEKLY: 2}
MOST_PATIENCE = 5


@dataclass(frozen=True)
class Terms:
    """What was agreed. `day`: of the week, or of the month where 31 is its last; `month`: of the year.

    A quarterly delivery falls into `month` and every third one from it. `at` is a time in `zone`. People are
    reminded `remind_days` business days before the deadline; 0: not.
    """

    frequency: str
    day: int
    month: int
    business_days: int
    at: time
    calendar: str
    zone: str
    remind_days: int = 0


@dataclass(frozen=True)
class Occurrence:
    """One expected delivery: its valuation day, and the moments its deadline and patience end, in UTC.

    Many deliver for the last business day instead of the day itself: `accepted` are the dates that count.
    `remind_from` is None where nobody is reminded.
    """

    valuation: date
    accepted: tuple[date, ...]
    due_on: date
    due: datetime
    missing_from: datetime
    remind_from: datetime | None = None


def occurrences(terms: Terms, first: date, last: date) -> list[Occurrence]:
    """Those with a valuation day from `first` to `last`, in their order."""
    return [_occurrence(terms, day) for day in valuation_days(terms, first, last)]


@lru_cache(maxsize=256)  # many funds share their terms
def due_between(terms: Terms, first: date, last: date) -> tuple[Occurrence, ...]:
    """Those whose deadline falls on a day from `first` to `last`."""
    return tuple(one for one in occurrences(terms, first - LONGEST, last) if first <= one.due_on <= last)


def valuation_days(terms: Terms, first: date, last: date) -> Iterator[date]:
    """Each valuation day from `first` to `last`."""
    if terms.frequency in MONTHS:
        yield from _month_days(terms, first, last)
        return
    daily, calendar = terms.frequency == Frequency.DAILY, CALENDARS[terms.calendar]
    for offset in range((last - first).days + 1):
        day = first + offset * DAY
        if calendar.is_open(day) if daily else day.isoweekday() == terms.day:
            yield day


def moment(day: date, at: time, zone: str) -> datetime:
    """A wall-clock time as a moment in UTC; the later one where clocks are set back or skip it."""
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _month_days(terms: Terms, first: date, last: date) -> Iterator[date]:
    step = MONTHS[Frequency(terms.frequency)]
    for number in range(12 * first.year + first.month - 1, 12 * last.year + last.month):
        year, month = divmod(number, 12)
        if (month + 1 - terms.month) % step == 0:
            day = date(year, month + 1, 1) + (min(terms.day, _days_in(year, month + 1)) - 1) * DAY
            if first <= day <= last:
                yield day


def _days_in(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - DAY).day


def _occurrence(terms: Terms, day: date) -> Occurrence:
    calendar: Calendar = CALENDARS[terms.calendar]
    due_on, open_on = calendar.after(day, terms.business_days), calendar.at_or_before(day)
    remind_on = calendar.before(due_on, terms.remind_days)
    patience = PATIENCE.get(Frequency(terms.frequency), MOST_PATIENCE)
    return Occurrence(
        valuation=day,
        accepted=tuple(open_on + n * DAY for n in range((day - open_on).days + 1)),
        due_on=due_on,
        due=moment(due_on, terms.at, terms.zone),
        missing_from=moment(calendar.after(due_on, patience), terms.at, terms.zone),
        remind_from=moment(remind_on, REMIND_AT, terms.zone) if terms.remind_days else None,
    )
