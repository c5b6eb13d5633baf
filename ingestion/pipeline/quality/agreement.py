"""Checks against other templates of the same fund or share class."""

from collections.abc import Iterator

from ingestion.pipeline.quality.changes import folded, text
from ingestion.pipeline.quality.comparison import Comparison, days_between, fact_of
from ingestion.pipeline.quality.findings import Finding
from ingestion.pipeline.quality.names import same_name
from ingestion.pipeline.quality.snapshot import Snapshot
from ingestion.pipeline.quality.within import finding
from ingestion.pipeline.rules.rule import Rule

_ROUNDING = 1e-12
"""What binary numbers add to a difference of decimals."""


def agrees(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A fact that another template states too says the same, numbers within a tolerance."""
    name, tolerance = rule.params["fact"], rule.params.get("tolerance", 0.0)
    for each, other in _pairs(rule, comparisons):
        mine, theirs = fact_of(each.now, name), fact_of(other, name)
        if mine is None or theirs is None or isinstance(mine, str) != isinstance(theirs, str):
            continue
        if isinstance(mine, float) and isinstance(theirs, float):
            same = abs(mine - theirs) <= tolerance + _ROUNDING
        else:
            same = folded(mine) == folded(theirs)
        if not same:
            yield finding(rule, each, text(mine), f"{text(mine)} here, {text(theirs)} in {_where(other)}.")


def name_agrees(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """Another template gives the same name, perhaps shorter."""
    for each, other in _pairs(rule, comparisons):
        if not same_name(each.now.name, other.name):
            message = f"“{each.now.name}” here, “{other.name}” in {_where(other)}."
            yield finding(rule, each, each.now.name, message)


def _pairs(rule: Rule, comparisons: list[Comparison]) -> Iterator[tuple[Comparison, Snapshot]]:
    """Each with the other templates that are not too old to be compared."""
    for each in comparisons:
        for other in sorted(each.others, key=lambda known: known.template):
            if days_between(each.now, other) <= rule.params["days"]:
                yield each, other


def _where(other: Snapshot) -> str:
    return f"the {other.template} {other.version} of {other.valuation_date}"
