"""Everybody at the same time, each with a connection of their own, where rows are locked one by one."""

import time
from collections.abc import Callable
from random import Random
from threading import Thread, current_thread

from django.db import connection

from tests.sharing.model.scheduler import Killed, Scheduler, told_of

MOST = 6
"""Who act at the same time, beside what they set going."""
BREATH = 0.004
"""Seconds, at most, that a call to S3 or the portal takes."""
PATIENCE = 60.0
ALONE = ("tomorrow", "membership", "kill", "step")
"""What the world does, and nobody in it."""


class Crowd(Scheduler):
    """Threads: what goes wrong in one that should not is raised when all have come to their end."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._threads: list[Thread] = []
        self._doomed: set[Thread] = set()
        self._wrong: list[BaseException] = []

    def begin(self) -> None:
        """Nothing to look after: a transaction keeps nobody away but by its locks."""

    def pause(self) -> None:
        """A call on its way; who is to be killed is, in a transaction too, which is then undone."""
        if current_thread() in self._doomed:
            raise Killed
        time.sleep(self.random.random() * BREATH)

    def perform(self, act: Callable[[], object]) -> None:
        if act.__name__ in ALONE:
            super().perform(act)
            return
        while len(self._running()) >= MOST:
            time.sleep(BREATH)
        self.start(act.__name__, act)

    def start(self, name: str, work: Callable[[], object]) -> None:
        thread = Thread(target=self._whole_of, args=(name, work), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def step(self) -> None:
        time.sleep(BREATH)

    def kill(self) -> None:
        if running := self._running():
            self._doomed.add(self.random.choice(running))

    def rest(self) -> None:
        while self._threads:
            thread = self._threads.pop()
            thread.join(PATIENCE)
            assert not thread.is_alive(), f"{thread.name} does not come to an end"
        if self._wrong:
            raise self._wrong[0]

    def _running(self) -> list[Thread]:
        return [each for each in self._threads if each.is_alive()]

    def _whole_of(self, name: str, work: Callable[[], object]) -> None:
        try:
            self.told.append(told_of(name, work))
        except Killed:
            self.told.append(f"{name}: killed")
        except BaseException as error:  # noqa: BLE001 - kept for whoever waits for all
            self.told.append(f"{name}: {error!r}")
            self._wrong.append(error)
        finally:
            connection.close()
