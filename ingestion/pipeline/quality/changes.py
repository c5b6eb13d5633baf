"""Checks of a fund or share class as a whole against the delivery before."""

from collections.abc import Iterator

import numpy as np

from ingestion.pipeline.quality.comparison import Comparison, fact_of, match
from ingestion.pipeline.quality.facts import title_of
from ingestion.pipeline.quality.findings import Finding, percent, shown
from ingestion.pipeline.quality.names import same_name
from ingestion.pipeline.quality.snapshot import Fact, Snapshot
from ingestion.pipeline.quality.within import finding
from ingestion.pipeline.rules.rule import Rule

_NAMED = 5
"""Facts that a message about a corrected delivery names."""


def date_backwards(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A later date was delivered before; the same date again is judged elsewhere."""
    for each in comparisons:
        if each.later and not each.same_day:
            message = f"{each.now.valuation_date} is before {each.later.valuation_date}, delivered earlier."
            yield finding(rule, each, each.now.valuation_date, message)


def jump(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A number moved by more than a share of what it was, and by a least amount."""
    name = rule.params["fact"]
    for each in comparisons:
        if each.before is None:
            continue
        now, before = fact_of(each.now, name), fact_of(each.before, name)
        if not isinstance(now, float) or not isinstance(before, float) or before == 0:
            continue
        moved = abs(now - before)
        if moved > rule.params["tolerance"] * abs(before) and moved >= rule.params.get("at_least", 0):
            message = (
                f"The {title_of(name)} is {shown(now)}; on {each.before.valuation_date} it was "
                f"{shown(before)} ({(now - before) / abs(before) * 100:+.1f} %)."
            )
            yield finding(rule, each, shown(now), message)


def changed(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """A fact that was and is stated is another one."""
    name = rule.params["fact"]
    for each in comparisons:
        if each.before is None:
            continue
        now, before = fact_of(each.now, name), fact_of(each.before, name)
        if now is not None and before is not None and folded(now) != folded(before):
            message = f"Now {text(now)}; on {each.before.valuation_date} it was {text(before)}."
            yield finding(rule, each, text(now), message)


def renamed(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """The name is another one, not just written differently."""
    for each in comparisons:
        if each.before and not same_name(each.now.name, each.before.name):
            message = f"Now “{each.now.name}”; on {each.before.valuation_date} it was “{each.before.name}”."
            yield finding(rule, each, each.now.name, message)


def class_jump(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """The weight of a CIC class moved by more than so many percentage points."""
    for each in comparisons:
        if each.before is None or not each.now.classes or not each.before.classes:
            continue
        for letter in sorted(each.now.classes.keys() | each.before.classes.keys()):
            now, before = each.now.classes.get(letter, 0.0), each.before.classes.get(letter, 0.0)
            if abs(now - before) > rule.params["tolerance"]:
                message = (
                    f"CIC class {letter} has a weight of {percent(now)}; on {each.before.valuation_date} "
                    f"it was {percent(before)}."
                )
                yield finding(rule, each, letter, message)


def turnover(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """More than a share of the positions of the shorter list is not in the other."""
    for each in comparisons:
        if each.before is None:
            continue
        shorter = min(len(each.now.positions), len(each.before.positions))
        if shorter < rule.params["least"]:
            continue
        found = each.matched
        share = 1 - len(found.now) / shorter
        if share > rule.params["tolerance"]:
            message = (
                f"{len(found.gone):,} of {len(each.before.positions):,} positions of "
                f"{each.before.valuation_date} are gone, {len(found.new):,} of "
                f"{len(each.now.positions):,} are new."
            )
            yield finding(rule, each, percent(share), message)


def same_again(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """All positions are those of another date."""
    for each in comparisons:
        if each.before and len(each.now.positions) >= rule.params["least"] and each.same_again:
            message = (
                f"All {len(each.now.positions):,} positions have the quantity and value of "
                f"{each.before.valuation_date}."
            )
            yield finding(rule, each, each.now.valuation_date, message)


def restated(rule: Rule, comparisons: list[Comparison]) -> Iterator[Finding]:
    """The same date was delivered before and said something else."""
    for each in comparisons:
        if each.same_day and (what := _differences(each.now, each.same_day)):
            message = f"{each.now.valuation_date} was delivered before. Now different: {'; '.join(what)}."
            yield finding(rule, each, each.now.id, message)


def _differences(now: Snapshot, before: Snapshot) -> list[str]:
    names = ["name", "currency", *sorted(now.facts.keys() | before.facts.keys())]
    facts = []
    for name in names:
        one, other = fact_of(now, name), fact_of(before, name)
        if one != other:
            facts.append(f"{title_of(name)} {text(one)}, was {text(other)}")
    shown_facts = facts[:_NAMED] + ([_more(len(facts) - _NAMED)] if len(facts) > _NAMED else [])
    found = match(now.positions, before.positions)
    other_numbers = np.zeros(len(found.now), np.bool_)
    for name in ("weight", "value", "quantity"):
        pair = getattr(now.positions, name)[found.now], getattr(before.positions, name)[found.before]
        other_numbers |= ~((pair[0] == pair[1]) | (np.isnan(pair[0]) & np.isnan(pair[1])))
    counts = {"changed": int(other_numbers.sum()), "new": len(found.new), "gone": len(found.gone)}
    positions = [f"{count:,} {word}" for word, count in counts.items() if count]
    return shown_facts + ([f"positions: {', '.join(positions)}"] if positions else [])


def _more(count: int) -> str:
    return "one more fact" if count == 1 else f"{count} more facts"


def text(fact: Fact | None) -> str:
    """A fact in a message."""
    if fact is None:
        return "not stated"
    return shown(fact) if isinstance(fact, float) else fact


def folded(fact: Fact) -> Fact:
    """A fact as it is compared: capitals do not matter."""
    return fact.upper() if isinstance(fact, str) else fact
