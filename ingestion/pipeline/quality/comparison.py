"""A fund or share class of the delivery next to what was delivered before and in other templates."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality.snapshot import Fact, Positions, Snapshot
from ingestion.pipeline.quality.subjects import Subject

Places = npt.NDArray[np.intp]


class Matched(NamedTuple):
    """Places of the positions that both have (pairwise), and of those only one of the two has."""

    now: Places
    before: Places
    new: Places
    gone: Places


@dataclass(frozen=True, eq=False)
class Comparison:
    """`before` is the latest earlier date, `same_day` the same date, `later` the latest later one.

    `others` are the snapshots of other templates.
    """

    subject: Subject
    before: Snapshot | None = None
    same_day: Snapshot | None = None
    later: Snapshot | None = None
    others: list[Snapshot] = field(default_factory=list)

    @property
    def now(self) -> Snapshot:
        return self.subject.snapshot

    @cached_property
    def matched(self) -> Matched:
        """Positions against `before`; empty without one."""
        earlier = self.before.positions if self.before else Positions.none()
        return match(self.now.positions, earlier)

    @property
    def days(self) -> int:
        """Days since `before`."""
        return days_between(self.now, self.before) if self.before else 0

    @cached_property
    def same_again(self) -> bool:
        """Every position has the quantity and value it had before."""
        return self.before is not None and same_positions(self.now.positions, self.before.positions)


def compare(
    subjects: list[Subject], previous: Iterable[Snapshot], related: Iterable[Snapshot]
) -> list[Comparison]:
    """Put each subject next to the snapshots of the same fund. Snapshots of other funds are ignored."""
    earlier: dict[tuple[str, str], list[Snapshot]] = {}
    for snapshot in previous:
        earlier.setdefault((snapshot.fund, snapshot.template), []).append(snapshot)
    others: dict[str, list[Snapshot]] = {}
    for snapshot in related:
        others.setdefault(snapshot.fund, []).append(snapshot)
    result = []
    for subject in subjects:
        now = subject.snapshot
        dated = sorted(earlier.get((now.fund, now.template), []), key=lambda known: known.valuation_date)
        result.append(
            Comparison(
                subject,
                before=_last(known for known in dated if known.valuation_date < now.valuation_date),
                same_day=_last(known for known in dated if known.valuation_date == now.valuation_date),
                later=_last(known for known in dated if known.valuation_date > now.valuation_date),
                others=[other for other in others.get(now.fund, []) if other.template != now.template],
            )
        )
    return result


def fact_of(snapshot: Snapshot, name: str) -> Fact | None:
    """A fact, or the name or currency; None where it is not stated."""
    if name in ("name", "currency"):
        return getattr(snapshot, name).strip() or None
    return snapshot.facts.get(name)


def days_between(one: Snapshot, other: Snapshot) -> int:
    """Days between two dates, whichever is first."""
    dates = [dt.date.fromisoformat(each.valuation_date) for each in (one, other)]
    return abs((dates[0] - dates[1]).days)


def match(now: Positions, before: Positions) -> Matched:
    """By instrument and leg."""
    pairs = [(place, before.places[key]) for key, place in now.places.items() if key in before.places]
    common = np.array(pairs, np.intp).reshape(-1, 2)
    new = np.setdiff1d(np.arange(len(now)), common[:, 0])
    gone = np.setdiff1d(np.arange(len(before)), common[:, 1])
    return Matched(common[:, 0], common[:, 1], new, gone)


def same_positions(now: Positions, before: Positions) -> bool:
    """The same instruments with the same quantities and values."""
    if len(now) != len(before):
        return False
    matched = match(now, before)
    return len(matched.now) == len(now) and all(
        np.array_equal(getattr(now, name)[matched.now], getattr(before, name)[matched.before], equal_nan=True)
        for name in ("quantity", "value")
    )


def _last(snapshots: Iterable[Snapshot]) -> Snapshot | None:
    return next(reversed(list(snapshots)), None)
