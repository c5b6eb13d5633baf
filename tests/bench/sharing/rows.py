"""What the portal's database says, read beside it."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from tests.fixtures.system import System

PATIENCE = 900.0
"""Seconds until what does not come is given up."""


def asked(system: System, question: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that answer a question."""
    with closing(sqlite3.connect(f"file:{system.home / 'portal.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()


def counted(system: System, question: str, *values: Any) -> int:
    """The number that answers a question."""
    return int(asked(system, question, *values)[0][0])


def said(system: System, statement: str, *values: Any) -> None:
    """Changes rows, as time alone would have."""
    with closing(sqlite3.connect(system.home / "portal.sqlite3", timeout=30)) as database, database:
        database.execute(statement, values)


def waited(done: Callable[[], bool], pause: float = 0.5) -> float:
    """Seconds until it is done, or PATIENCE."""
    begun = time.perf_counter()
    while not done() and time.perf_counter() - begun < PATIENCE:
        time.sleep(pause)
    return time.perf_counter() - begun


def moment(text: str) -> datetime:
    """A moment as SQLite holds it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
