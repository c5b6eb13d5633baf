"""How many findings of a rule each fund of a file has, for the funds that the index card can name."""

from collections.abc import Iterable

import numpy as np

from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

MAX_FUNDS = 20
"""As many as the index card holds, the first in the file."""


def named_funds(frame: Frame) -> list[str]:
    """Identifiers of the first funds of the file; "" for rows of no fund."""
    named: dict[str, None] = {}
    for place in np.argsort(frame.groups.first, kind="stable").tolist():
        label = frame.groups.labels[place]
        if label in named or (label and len(named) < MAX_FUNDS):
            named[label] = None
    return list(named)


class FundCounts:
    """Counts the findings of rules by fund."""

    def __init__(self, frame: Frame) -> None:
        self._named = named_funds(frame)
        places = {label: place for place, label in enumerate(self._named)}
        labels = frame.groups.labels
        found = (places.get(label, len(self._named)) for label in labels)
        self._place = np.fromiter(found, np.intp, len(labels))[frame.groups.index]
        """Per row the place of its fund among the named ones; behind them for any other."""

    def of(self, rule: Rule, parts: Iterable[Failures]) -> dict[str, int]:
        """Findings of a rule by fund, without those about the file as a whole; no fund without one."""
        counts = np.zeros(len(self._named) + 1, np.intp)
        for part in parts:
            if not (part.whole and rule.scope == "file"):
                counts += np.bincount(self._place[part.positions], minlength=len(counts))
        return {fund: count for fund, count in zip(self._named, counts.tolist(), strict=False) if count}
