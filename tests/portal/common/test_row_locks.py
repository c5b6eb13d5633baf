"""Rows are locked so that whoever only refers to them does not wait."""

import re

from infra.local.home import ROOT

_LOCK = re.compile(r"\.select_for_update\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


def test_every_row_lock_lets_others_refer_to_the_row() -> None:
    """PostgreSQL looks for the row that a new one refers to when its transaction ends, behind all its locks.

    There it would wait for a FOR UPDATE, whose holder may wait for one of them: an audit chain, say.
    """
    files = [file for folder in ("portal", "ingestion", "sharing") for file in (ROOT / folder).rglob("*.py")]
    locks = [(file, found) for file in files for found in _LOCK.findall(file.read_text())]
    assert len(locks) > 40
    assert [(file.name, found) for file, found in locks if "no_key=True" not in found] == []
