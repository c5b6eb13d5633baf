"""Run all rules of a delivery's pack over it and collect what they found."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pyarrow as pa

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.findings import FindingsBuilder
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.rules.frame import Failures, Frame
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.rule import SEVERITIES, Rule, rules_of

ENGINE_VERSION = 2
"""Raised whenever code changes what the same pack finds; part of the ruleset version."""


@dataclass(frozen=True)
class Group:
    """All findings of one rule: how many, and where they begin in the findings table."""

    rule: Rule
    count: int
    offset: int


@dataclass(frozen=True)
class Validation:
    """The outcome. `findings` is sorted by (severity, rule, row); `coverage` is filled rows per field."""

    findings: pa.Table
    counts: dict[str, int]
    verdict: str
    groups: list[Group]
    ruleset_version: str
    rows: int
    coverage: dict[str, int]


def validate(delivery: Delivery) -> Validation:
    """Check a delivery. The cost is linear in its rows."""
    pack = find_pack(delivery.template, delivery.version)
    frame = Frame(pack, delivery)
    builder = FindingsBuilder(frame)
    groups: list[Group] = []
    counts = dict.fromkeys(SEVERITIES, 0)
    for rule in rules_of(pack):
        # A column that is not in the file has one finding at most, from the rule that requires it.
        failures = KINDS[rule.kind].check(rule, frame)
        if failures is None:
            continue
        for part in _collapse(frame, failures) if rule.scope == "portfolio" else [failures]:
            builder.add(rule, part)
        found = builder.rows - sum(counts.values())
        groups.append(Group(rule, found, sum(counts.values())))
        counts[rule.severity] += found
    return Validation(
        findings=builder.table(),
        counts=counts,
        verdict=verdict_of(counts),
        groups=groups,
        ruleset_version=ruleset_version(pack),
        rows=frame.rows,
        coverage={key: frame.rows - int(frame.blank(key).sum()) for key in pack.fields if frame.has(key)},
    )


def verdict_of(counts: dict[str, int]) -> str:
    """The verdict that follows from the counts by severity."""
    if counts["error"]:
        return "failed"
    return "passed_with_warnings" if counts["warning"] else "passed"


@cache
def ruleset_version(pack: Pack) -> str:
    """Names the exact rules: template, version, engine and the digest of the pack's data."""
    return f"{pack.name.lower()}+{ENGINE_VERSION}.{pack.digest}"


def _collapse(frame: Frame, failures: Failures) -> list[Failures]:
    """A value that is wrong on every row of a portfolio becomes one finding about the portfolio."""
    if failures.whole:
        return [failures]
    groups = frame.groups
    pair = groups.index[failures.positions].astype(np.int64) * len(failures.values) + failures.index
    pairs, first, inverse, counts = np.unique(
        pair, return_index=True, return_inverse=True, return_counts=True
    )
    sizes = groups.sizes[pairs // len(failures.values)]
    # A portfolio of one row is often a mistyped key: there the row says more.
    everywhere = (counts == sizes) & (sizes > 1)
    whole = replace(
        failures,
        positions=failures.positions[first[everywhere]],
        index=failures.index[first[everywhere]],
        whole=True,
    )
    single = ~everywhere[inverse]
    rest = replace(failures, positions=failures.positions[single], index=failures.index[single])
    return [part for part in (whole, rest) if len(part.positions)]
