"""What an example of a rule is: rows that keep it, rows that break it, and what a page shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.pack import Pack

Rows = list[Row]
Changed = frozenset[tuple[int, str]]
"""(row, field) in which two lists of rows differ."""
MAX_SHOWN = 8
"""Fields of a rule that are shown."""


@dataclass(frozen=True)
class Beside:
    """The delivery next to which a rule looks at another one: an earlier one, or one of another template."""

    pack: Pack
    rows: tuple[Row, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """Rows with which the rule is kept, rows with which it is broken, and what is then said.

    `fields` are those to show; `changed` are the (row, field) in which the two differ; `beside` is what both
    are compared with, where the rule compares.
    """

    fields: tuple[str, ...]
    kept: tuple[Row, ...]
    broken: tuple[Row, ...]
    changed: Changed
    message: str
    beside: Beside | None = None


def differences(good: Sequence[Row], bad: Sequence[Row]) -> Changed:
    """In which cells of the second list it is not the first; a row that only it has is new as a whole."""
    padded = [*good, *({} for _ in bad[len(good) :])]
    return frozenset(
        (i, key)
        for i, (right, wrong) in enumerate(zip(padded, bad, strict=False))
        for key in right.keys() | wrong.keys()
        if right.get(key, "") != wrong.get(key, "")
    )
