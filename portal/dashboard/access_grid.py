"""Who has access as a matrix: a row for each fund, a column for each institution."""

from collections import defaultdict
from dataclasses import dataclass

from portal.accounts.models import Institution
from sharing.access import Access

MOST_COLUMNS = 10
"""Institutions side by side; more are reached by narrowing, and stand in the list and the csv."""


@dataclass(frozen=True)
class Cell:
    """What one institution can read of a fund: by grants that name it or found it, or by one of all funds."""

    other: Institution
    lines: tuple[Access, ...]
    of_all: tuple[Access, ...]

    @property
    def open(self) -> bool:
        """Whether any grant opens the fund."""
        return bool(self.lines or self.of_all)

    @property
    def deliveries(self) -> int | None:
        """How many lay there, by however many grants; None where it is not told, or nobody knows of any."""
        told = [line.submissions for line in self.lines]
        return len(frozenset().union(*filter(None, told))) if told and None not in told else None

    @property
    def grant(self) -> object | None:
        """The one grant that opens it; None for several."""
        grants = {line.grant.pk: line.grant for line in (*self.lines, *self.of_all)}
        return next(iter(grants.values())) if len(grants) == 1 else None


@dataclass(frozen=True)
class Row:
    """A fund, "" for all of them, and what each institution can read of it."""

    fund: str
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """The matrix; `left` institutions do not fit into it."""

    columns: list[Institution]
    rows: list[Row]
    left: int


def grid_of(lines: list[Access], *, given: bool) -> Grid:
    """All lines by fund; a grant of all funds opens every one of them."""
    by_place: dict[tuple[str, object], list[Access]] = defaultdict(list)
    others: dict[object, Institution] = {}
    names: dict[str, str] = {}
    for line in lines:
        other = line.grant.recipient if given else line.grant.owner
        others.setdefault(other.pk, other)
        by_place[line.fund, other.pk].append(line)
        names[line.fund] = line.name or names.get(line.fund, "")
    columns = list(others.values())[:MOST_COLUMNS]

    def cell(fund: str, other: Institution) -> Cell:
        of_all = by_place.get(("", other.pk), ()) if fund else ()
        return Cell(other, tuple(by_place.get((fund, other.pk), ())), tuple(of_all))

    rows = [Row(fund, names[fund], [cell(fund, other) for other in columns]) for fund in sorted(names)]
    shown = [row for row in rows if any(one.open for one in row.cells)]
    return Grid(columns, shown, len(others) - len(columns))
