"""Requests whose record cannot be written, and the database before and after them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection

from portal.audit import services
from tests.portal import recorded
from tests.portal.policies import POLICIES

ASIDE = {"django_session", "audit_auditrecord", "audit_audithead"}
ACTS = [
    key
    for key, policy in POLICIES.items()
    if key[1] == "POST" and policy.role and not key[0].startswith("api_") and recorded.expected(*key)
]
"""What pages do; programs reach the same services."""


class Full(Exception):
    """There is no room for another record."""


@dataclass
class Unrecorded:
    """`before`: the rows of each table when the request came; `tried`: how many records it would write."""

    before: dict[str, list[str]] = field(default_factory=dict)
    tried: int = 0

    def change(self, request: Callable[[], Any]) -> set[str]:
        """The tables that it changed."""
        with suppress(Full):  # where many things are done one that fails keeps no other back
            request()
        return {table for table, now in _rows().items() if self.before[table] != now}


@pytest.fixture
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unrecorded]:
    """From when a request arrives no record can be written."""
    made = Unrecorded()

    def refuse(**_: Any) -> None:
        made.tried += 1
        raise Full

    def arrives(**_: Any) -> None:
        made.before = _rows()
        monkeypatch.setattr(services, "_appended", refuse)

    request_started.connect(arrives)
    yield made
    request_started.disconnect(arrives)


def _rows() -> dict[str, list[str]]:
    """All of the database but sessions and the trail."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names()) - ASIDE:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(str, cursor.fetchall()))
    return found
