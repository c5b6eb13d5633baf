"""How many findings of a rule each fund of a file has, for the funds that the index card can name."""

from collections.abc import Iterable

import numpy as np

from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

MAX_FUNDS = 20
"""As many as the index card holds, the first in the file."""


def named_funds(frame: Frame) -> dict[str, list[int]]:
    """The first funds of the file: identifier and the places of its groups."""
    named: dict[str, list[int]] = {}
    for place in np.argsort(frame.groups.first, kind="stable").tolist():
        label = frame.groups.labels[place]
        if label in named or (label and len(named) < MAX_FUNDS):
            named.setdefault(label, []).append(place)
    return named


def fund_counts(
    frame: Frame, named: dict[str, list[int]], rule: Rule, parts: Iterable[Failures]
) -> dict[str, int]:
    """Findings of a rule by fund, without those about the file as a whole; funds without one are left out."""
    counts = np.zeros(len(frame.groups.labels), np.int64)
    for part in parts:
        if not (part.whole and rule.scope == "file"):
            counts += np.bincount(frame.groups.index[part.positions], minlength=len(counts))
    totals = {fund: int(counts[places].sum()) for fund, places in named.items()}
    return {fund: count for fund, count in totals.items() if count}
