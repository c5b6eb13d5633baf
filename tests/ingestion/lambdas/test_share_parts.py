"""How Share deals out what is owed: what the state machine carries stays below its limit."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.lambdas.share import handler
from tests.ingestion.lambdas.test_job import ACCOUNT, event

LIMIT = 256 * 1024
"""Bytes of a state in Step Functions: beyond it a run fails, and no Catch is asked."""
ELSEWHERE = 32 * 1024
"""Of them for what the other steps say."""
FIRST = 10**15
"""Keys of rows have no more digits than this one in any database that lasts."""


def dealt(owed: int, rulebooks: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Share answers for a delivery that is owed so often, under so many rulebooks."""
    answer = {"copies": [FIRST + i for i in range(owed)], "rulebooks": [FIRST + i for i in range(rulebooks)]}
    monkeypatch.setattr(handler, "platform_from_environment", lambda: SimpleNamespace(account_id=ACCOUNT))
    monkeypatch.setattr(handler, "asked", lambda kind, **about: answer)
    return handler.share(event())


def test_each_copy_is_in_one_part_and_a_part_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = dealt(2001, 7, monkeypatch)
    assert [copy for part in parts["batches"] for copy in part] == [FIRST + i for i in range(2001)]
    assert [len(part) for part in parts["batches"]] == [25] * 80 + [1]
    assert [len(part) for part in parts["rulebooks"]] == [5, 2]
    assert dealt(0, 0, monkeypatch) == {"batches": [], "rulebooks": []}


def test_what_would_be_too_much_for_a_run_stays_owed(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = dealt(50_000, 2000, monkeypatch)
    assert sum(map(len, parts["batches"])) == 10_000 and sum(map(len, parts["rulebooks"])) == 2000
    assert len(json.dumps(parts, separators=(",", ":"))) < LIMIT - ELSEWHERE
    assert 7 * (len(parts["batches"]) + len(parts["rulebooks"])) < 24_000, "events of a run's history"
