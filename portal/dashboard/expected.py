"""Expected deliveries as pages show them: the words for where one stands, a month as a grid of weeks."""

from calendar import Calendar, monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.schedule import selectors
from ingestion.schedule.outlook import Entry, Status
from portal.accounts.actor import Actor
from portal.dashboard.wording import Label
from sharing import expected
from sharing.models import GrantExpectation

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
    """One expected delivery with its words; `name` is what the fund was last delivered under.

    `other`: with whom it is agreed under a grant, "" for nobody; `awaited`: the other one delivers it.
    """

    entry: Entry
    name: str
    other: str = ""
    awaited: bool = False

    @property
    def label(self) -> Label:
        return STATUSES[self.entry.status]

    @property
    def whom(self) -> str:
        """To whom it goes, or from whom it comes."""
        if not self.other:
            return ""
        words = _("from %(name)s") if self.awaited else _("for %(name)s")
        return words % {"name": self.other}

    @property
    def address(self) -> str:
        """The page of what came; "" as long as nothing did."""
        came = self.entry.arrival
        if came is None:
            return ""
        if self.awaited:
            return reverse("received_delivery", args=[came.copy])
        return reverse("submission", args=[came.submission])


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


def everything_due(actor: Actor, first: date, last: date) -> list[Entry]:
    """What falls due of the institution, for others and of others, by deadline."""
    found = [*selectors.calendar(actor, first, last), *expected.calendar(actor, first, last)]
    return sorted(found, key=lambda entry: entry.occurrence.due)


def shown(actor: Actor, entries: Iterable[Entry]) -> list[Due]:
    """The entries with the names of their funds, and of whom they are agreed with."""
    entries = list(entries)
    names = selectors.fund_names(actor, [one.expectation.fund for one in entries])
    return [_due(actor, one, names.get(one.expectation.fund, "")) for one in entries]


def _due(actor: Actor, entry: Entry, name: str) -> Due:
    if not isinstance(entry.expectation, GrantExpectation):
        return Due(entry, name)
    grant = entry.expectation.grant
    awaited = actor.institution is not None and grant.recipient_id == actor.institution.pk
    return Due(entry, name, (grant.owner if awaited else grant.recipient).name, awaited)


def counts(dues: Iterable[Due]) -> list[tuple[Label, str, int]]:
    """How many there are of each status: label, status, number."""
    found: dict[Any, int] = dict.fromkeys(STATUSES, 0)
    for one in dues:
        found[one.entry.status] += 1
    return [(STATUSES[status], str(status), number) for status, number in found.items()]
