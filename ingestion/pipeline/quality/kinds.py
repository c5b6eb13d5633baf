"""The kinds of checks a quality rule can name, each with the parameters it needs."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ingestion.pipeline.quality import agreement, changes, positions, within
from ingestion.pipeline.quality.comparison import Comparison
from ingestion.pipeline.quality.findings import Finding
from ingestion.pipeline.rules.rule import Rule

Check = Callable[[Rule, list[Comparison]], Iterator[Finding]]


class Kind(NamedTuple):
    """A check, and the names of the parameters it needs and may have."""

    check: Check
    needed: frozenset[str]
    optional: frozenset[str]


def _kind(check: Check, needed: str = "", optional: str = "") -> Kind:
    return Kind(check, frozenset(needed.split()), frozenset(optional.split()))


KINDS: dict[str, Kind] = {
    "duplicate_class": _kind(within.duplicate_class),
    "duplicate_position": _kind(within.duplicate_position),
    "price_outlier": _kind(within.price_outlier, "classes least tolerance distance"),
    "fact_outlier": _kind(within.fact_outlier, "least tolerance distance"),
    "date_backwards": _kind(changes.date_backwards),
    "jump": _kind(changes.jump, "tolerance", "at_least"),
    "changed": _kind(changes.changed),
    "renamed": _kind(changes.renamed),
    "class_jump": _kind(changes.class_jump, "tolerance"),
    "turnover": _kind(changes.turnover, "tolerance least"),
    "same_again": _kind(changes.same_again, "least"),
    "restated": _kind(changes.restated),
    "weight_jump": _kind(positions.weight_jump, "tolerance"),
    "stale_price": _kind(positions.stale_price, "classes days"),
    "unit_error": _kind(positions.unit_error, "factors band"),
    "price_change": _kind(positions.price_change, "classes tolerance factors band"),
    "agrees": _kind(agreement.agrees, "days", "tolerance"),
    "name_agrees": _kind(agreement.name_agrees, "days"),
}
