"""What a group of the home page is made of: why, what to do, the first things of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.web.models import Submission
from portal.dashboard.expected import Due
from portal.dashboard.next_acts import Act

MOST = 4
"""Of a group that are named; the rest is behind its link."""


@dataclass(frozen=True)
class Matter:
    """Something to decide: what it is called, what is told beside it, where it is decided."""

    title: str
    detail: str
    address: str


@dataclass(frozen=True)
class Line:
    """One thing of a group, a submission, an expected delivery or a matter; and what its viewer does next."""

    act: Act | None
    submission: Submission | None = None
    due: Due | None = None
    matter: Matter | None = None


@dataclass(frozen=True)
class Group:
    """One reason to act: why, what to do, the first of `count`, and where all of them are."""

    name: str
    tone: str
    icon: str
    title: str
    advice: str
    count: int
    address: str
    lines: Sequence[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)
