"""Whoever runs, one at a time: before each call to S3 or the portal another may go on, or it is killed."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from random import Random

from django.db import connection
from greenlet import getcurrent, greenlet

from ingestion.aws.errors import AwsError
from portal.common.errors import FundgateError


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Lost(Exception):
    """What was asked for was done, and its answer got lost."""


@dataclass
class Scheduler:
    random: Random
    running: dict[str, greenlet] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    _depth: int = 0
    _started: int = 0

    def begin(self) -> None:
        """From here on a deeper transaction than this is an act that nobody else comes between."""
        self._depth = len(connection.savepoint_ids)

    @property
    def inside_an_act(self) -> bool:
        return len(connection.savepoint_ids) > self._depth

    def pause(self) -> None:
        """Lets another one go on, unless a transaction is open: its locks keep others away."""
        current = getcurrent()
        if current.parent is not None and not self.inside_an_act:
            current.parent.switch()

    def perform(self, act: Callable[[], object]) -> None:
        """Somebody acts."""
        self.told.append(told_of(act.__name__, act))

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Runs it up to its first pause."""
        self._started += 1
        name = f"{name} {self._started}"
        self.running[name] = greenlet(lambda: self._whole(name, work))
        # Where an event loop runs, as beside a driven browser, Django keeps its connection in the context.
        self.running[name].gr_context = copy_context()
        self._go_on(name)

    def step(self) -> None:
        """One of those that run goes on to its next pause."""
        if self.running:
            self._go_on(self.random.choice(list(self.running)))

    def kill(self) -> None:
        """One of those that run is gone."""
        if self.running:
            name = self.random.choice(list(self.running))
            self.told.append(f"{name}: killed")
            self.running.pop(name).throw(Killed)

    def rest(self) -> None:
        """All of them come to their end."""
        while self.running:
            self.step()

    def _go_on(self, name: str) -> None:
        if not self.inside_an_act:
            self.running[name].switch()

    def _whole(self, name: str, work: Callable[[], object]) -> None:
        self.told.append(f"{name}: begins")
        try:
            self.told.append(told_of(name, work))
        except Killed:
            return
        self.running.pop(name, None)


def told_of(name: str, work: Callable[[], object]) -> str:
    """Does it, and says how it ended; what is not possible now is refused and changes nothing."""
    try:
        work()
    except (FundgateError, AwsError, Lost) as error:
        return f"{name}: {type(error).__name__}"
    return f"{name}: ends"
