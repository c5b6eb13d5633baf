"""What a check found, and the usual ways to say it: by distinct value, blank cell, or whole portfolio."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from ingestion.pipeline.readers.source import Codes
from ingestion.pipeline.rules.frame import Frame, Groups, Mask, Positions


@dataclass(frozen=True)
class Failures:
    """What a check found: positions of rows (or of a group's first row), and a value and message for each.

    `whole` marks findings about the portfolio or file: they are shown at row 0.
    """

    positions: Positions
    values: Sequence[str]
    messages: Sequence[str]
    index: Codes
    """For each position the place of its value and message in `values` and `messages`."""
    whole: bool = False

    def only(self, mask: Mask) -> "Failures | None":
        """Those on the rows of the mask."""
        kept = mask[self.positions]
        if kept.all():
            return self
        if not kept.any():
            return None
        return replace(self, positions=self.positions[kept], index=self.index[kept])


def on_rows(frame: Frame, field: str, failing: Mask, message: str) -> Failures | None:
    """One message for all failing rows; each shows the value of its cell."""
    positions = np.flatnonzero(failing)
    if not len(positions):
        return None
    if not field or not frame.has(field):
        return Failures(positions, [""], [message], np.zeros(len(positions), np.int32))
    column = frame.delivery.columns[field]
    used, index = np.unique(column.codes[positions], return_inverse=True)
    values = list(map(column.at, used.tolist()))
    return Failures(positions, values, [message] * len(values), index.astype(np.int32))


def by_value(
    frame: Frame,
    field: str,
    explain: Callable[[str], str | None],
    where: Mask | None = None,
    good: Callable[[pa.Array], Mask] | None = None,
) -> Failures | None:
    """Check the distinct values that occur (on the rows of `where`) and spread what fails to the rows.

    `explain` gets a non-blank value and says what is wrong with it, or None. `good` looks at all values at
    once; those it finds good are not asked about.
    """
    if not frame.has(field):
        return None
    column = frame.column(field)
    asked = ~column.empty
    if where is not None:
        used = np.zeros(column.distinct, np.bool_)
        used[column.codes[where]] = True
        asked &= used
    if good is not None and asked.any():
        asked &= ~good(column.texts)
    text = column.values.__getitem__ if good is None else column.at
    messages = {i: message for i in np.flatnonzero(asked).tolist() if (message := explain(text(i)))}
    return failures_at(frame, field, messages, where)


def failures_at(
    frame: Frame, field: str, messages: dict[int, str], where: Mask | None = None
) -> Failures | None:
    """Failures from the messages of failing distinct values (by their place in the column)."""
    if not messages:
        return None
    column = frame.column(field)
    place = np.full(column.distinct, -1, np.int32)
    place[list(messages)] = np.arange(len(messages), dtype=np.int32)
    index = place[column.codes]
    failing = index >= 0 if where is None else (index >= 0) & where
    positions = np.flatnonzero(failing)
    if not len(positions):
        return None
    raw = frame.delivery.columns[field]
    return Failures(positions, list(map(raw.at, messages)), list(messages.values()), index[positions])


def blank_failures(frame: Frame, field: str, failing: Mask, empty: str, no_column: str) -> Failures | None:
    """Failures for cells that should be filled: one per row, or a single one when the column is missing."""
    positions = np.flatnonzero(failing)
    if not len(positions):
        return None
    if not frame.has(field):
        return Failures(positions[:1], [""], [no_column], np.zeros(1, np.int32), whole=True)
    return Failures(positions, [""], [empty], np.zeros(len(positions), np.int32))


def group_failures(groups: Groups, texts: dict[int, tuple[str, str]]) -> Failures | None:
    """Failures of whole portfolios from (value, message) per group."""
    if not texts:
        return None
    values, messages = zip(*texts.values(), strict=True)
    return Failures(
        groups.first[list(texts)], values, messages, np.arange(len(texts), dtype=np.int32), whole=True
    )


def on_pairs(
    frame: Frame, field: str, other: str, explain: Callable[[str, str], str | None], where: Mask
) -> Failures | None:
    """Check the distinct pairs of values of two fields, both filled; shown are the cells of the first."""
    positions = np.flatnonzero(where & frame.filled(field) & frame.filled(other))
    if not len(positions):
        return None
    one, two = frame.column(field), frame.column(other)
    pairs = one.codes[positions].astype(np.int64) * len(two.values) + two.codes[positions]
    distinct, index = np.unique(pairs, return_inverse=True)
    places = [divmod(pair, len(two.values)) for pair in distinct.tolist()]
    messages = [explain(one.values[i], two.values[j]) for i, j in places]
    failing = np.array([message is not None for message in messages], np.bool_)[index]
    if not failing.any():
        return None
    raw = frame.delivery.columns[field].values
    return Failures(
        positions[failing],
        [raw[i] for i, _ in places],
        [message or "" for message in messages],
        index[failing].astype(np.int32),
    )
