"""Business days: Monday to Friday without the holidays of one calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """A holiday calendar: what it is called, and which kind and code the library knows it by."""

    title: str | Promise
    kind: str
    code: str
    part: str | None = None

    def is_open(self, day: date) -> bool:
        """Whether this is a business day."""
        return day.weekday() < 5 and day not in _closed(self.kind, self.code, self.part, day.year)

    def at_or_before(self, day: date) -> date:
        """The day itself, or the last business day before it."""
        return self._walk(day, -DAY)

    def after(self, day: date, count: int) -> date:
        """The business day that is the `count`-th after the day; for 0 the first that is not before it."""
        found = self._walk(day, DAY) if count == 0 else day
        for _number in range(count):
            found = self._walk(found + DAY, DAY)
        return found

    def before(self, day: date, count: int) -> date:
        """The business day that is the `count`-th before the day; for 0 the day itself."""
        for _number in range(count):
            day = self._walk(day - DAY, -DAY)
        return day

    def _walk(self, day: date, step: timedelta) -> date:
        while not self.is_open(day):
            day += step
        return day


CALENDARS: dict[str, Calendar] = {
    "TARGET": Calendar(_("TARGET (euro payments)"), "financial", "XECB"),
    "AT": Calendar(_("Austria"), "country", "AT"),
    "BE": Calendar(_("Belgium"), "country", "BE"),
    "CH": Calendar(_("Switzerland (SIX)"), "financial", "XSWX"),
    "DE": Calendar(_("Germany"), "country", "DE"),
    "DK": Calendar(_("Denmark"), "country", "DK"),
    "ES": Calendar(_("Spain"), "country", "ES"),
    "FI": Calendar(_("Finland"), "country", "FI"),
    "FR": Calendar(_("France"), "country", "FR"),
    "GB": Calendar(_("England and Wales"), "country", "GB", "ENG"),
    "IE": Calendar(_("Ireland"), "country", "IE"),
    "IT": Calendar(_("Italy"), "country", "IT"),
    "LI": Calendar(_("Liechtenstein"), "country", "LI"),
    "LU": Calendar(_("Luxembourg"), "country", "LU"),
    "NL": Calendar(_("Netherlands"), "country", "NL"),
    "NO": Calendar(_("Norway"), "country", "NO"),
    "PT": Calendar(_("Portugal"), "country", "PT"),
    "SE": Calendar(_("Sweden"), "country", "SE"),
    "US": Calendar(_("United States (NYSE)"), "financial", "XNYS"),
}


@lru_cache(maxsize=512)
def _closed(kind: str, code: str, part: str | None, year: int) -> frozenset[date]:
    import holidays  # only who asks about a date pays for it

    known: Callable[..., dict[date, str]] = (
        holidays.financial_holidays if kind == "financial" else holidays.country_holidays
    )
    return frozenset(known(code, subdiv=part, years=year))
