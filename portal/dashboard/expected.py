"""Expected deliveries as pages show them: the words for where one stands, a month as a grid of weeks."""

from calendar import Calendar, monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from ingestion.schedule import selectors
from ingestion.schedule.outlook import Entry, Status
from portal.accounts.actor import Actor
from portal.dashboard.wording import Label

STATUSES: dict[str, Label] = {
    Status.MISSING: Label("bad", "error", lazy("Missing")),
    Status.LATE: Label("warn", "warning", lazy("Late")),
    Status.DUE: Label("calm", "clock", lazy("Due")),
    Status.RECEIVED: Label("good", "check", lazy("Received")),
    Status.RECEIVED_LATE: Label("hold", "check", lazy("Received late")),
}
MOST_IN_A_DAY = 4


@dataclass(frozen=True)
class Due:
    """One expected delivery with its words; `name` is what the fund was last delivered under."""

    entry: Entry
    name: str

    @property
    def label(self) -> Label:
        return STATUSES[self.entry.status]


@dataclass(frozen=True)
class Day:
    """A day of the grid: the first of what is due, and how many more there are."""

    date: date
    inside: bool
    dues: Sequence[Due]

    @property
    def first(self) -> Sequence[Due]:
        return self.dues[:MOST_IN_A_DAY]

    @property
    def more(self) -> int:
        return max(0, len(self.dues) - MOST_IN_A_DAY)


@dataclass(frozen=True)
class Month:
    """A month from its first to its last day, and the first days of those before and after."""

    first: date

    @classmethod
    def of(cls, text: str, today: date) -> "Month":
        """The month of an address such as `2026-03`; this month for anything else."""
        try:
            found = date.fromisoformat(f"{text}-01") if len(text) == 7 else today
        except ValueError:
            found = today
        return cls((found if 2000 < found.year < 2100 else today).replace(day=1))

    @property
    def last(self) -> date:
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def previous(self) -> date:
        return self._shifted(-1)

    @property
    def next(self) -> date:
        return self._shifted(1)

    def weeks(self, dues: Iterable[Due]) -> list[list[Day]]:
        """The grid, from Monday to Sunday."""
        by_day: dict[date, list[Due]] = {}
        for one in dues:
            by_day.setdefault(one.entry.occurrence.due_on, []).append(one)
        weeks = Calendar().monthdatescalendar(self.first.year, self.first.month)
        return [
            [Day(day, day.month == self.first.month, by_day.get(day, [])) for day in week] for week in weeks
        ]

    def _shifted(self, months: int) -> date:
        year, month = divmod(12 * self.first.year + self.first.month - 1 + months, 12)
        return date(year, month + 1, 1)


def shown(actor: Actor, entries: Iterable[Entry]) -> list[Due]:
    """The entries with the names of their funds."""
    entries = list(entries)
    names = selectors.fund_names(actor, [one.expectation.fund for one in entries])
    return [Due(one, names.get(one.expectation.fund, "")) for one in entries]


def counts(dues: Iterable[Due]) -> list[tuple[Label, str, int]]:
    """How many there are of each status: label, status, number."""
    found: dict[Any, int] = dict.fromkeys(STATUSES, 0)
    for one in dues:
        found[one.entry.status] += 1
    return [(STATUSES[status], str(status), number) for status, number in found.items()]
