"""Words that an export writes into empty cells: named once for the file, then read as what they mean."""

from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.rule import Rule

WORDS = frozenset(
    [
        *("null", "nan", "none", "nil", "n/a", "n.a.", "n.a", "na", "not available", "not applicable"),
        *("-", "--", "---", "(blank)", "(null)", "<null>", "k.a.", "k. a.", "n.v."),
    ]
)
FIELDS = 3
"""Columns in which a word must be wrong before it is taken for a habit of the export, not a mistake."""


def placeholders(found: dict[Rule, list[Failures]]) -> frozenset[str]:
    """Words that are wrong in several columns and stand for nothing."""
    fields: dict[str, set[str]] = {}
    for rule, parts in found.items():
        for part in parts if rule.field else ():
            for value in part.values:
                if value.strip().casefold() in WORDS:
                    fields.setdefault(value.strip(), set()).add(rule.field)
    return frozenset(word for word, named in fields.items() if len(named) >= FIELDS)
