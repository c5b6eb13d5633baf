"""Run all rules of a delivery's pack over it and collect what they found."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.findings import FindingsBuilder
from ingestion.pipeline.fund_counts import FundCounts
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.placeholders import placeholders
from ingestion.pipeline.readers.source import Codes
from ingestion.pipeline.rulebook import Rulebook
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.rule import SEVERITIES, Rule, rules_of
from ingestion.pipeline.structure import broken, said_first

ENGINE_VERSION = 4
"""Raised whenever code changes what the same pack finds, or which rulebooks can be followed; part of the
ruleset version."""


@dataclass(frozen=True)
class Group:
    """All findings of one rule: how many, how many of them are stored, and where these begin in the table.

    `funds` says how many of them each of the first funds of the file has.
    """

    rule: Rule
    count: int
    offset: int
    stored: int
    funds: dict[str, int]


@dataclass(frozen=True)
class Validation:
    """The outcome. `findings` is sorted by (severity, rule, row); `coverage` is filled rows per field.

    `complete` is False when the structure is so broken that the rules about values were not run.
    """

    findings: pa.Table
    counts: dict[str, int]
    verdict: str
    groups: list[Group]
    ruleset_version: str
    rows: int
    coverage: dict[str, int]
    complete: bool
    day: dt.date
    """What rules call today."""
    blanks: frozenset[str] = frozenset()
    """Words the export writes into empty cells, read as empty."""


def validate(
    delivery: Delivery,
    pack: Pack | None = None,
    rulebook: Rulebook | None = None,
    today: dt.date | None = None,
) -> Validation:
    """Check a delivery. The cost is linear in its rows.

    `pack` is that of its template unless another one is given, `today` the day dates are compared with.
    """
    pack = pack or find_pack(delivery.template, delivery.version)
    frame = Frame(pack, delivery, today)
    rules = rules_of(pack, rulebook)
    structure = [rule for rule in rules if KINDS[rule.kind].structure]
    found = dict(_run(frame, structure))
    if words := placeholders(found, frame.rows):
        frame = Frame(pack, delivery, frame.today, words)
        found = dict(_run(frame, structure))
    structure_broken = broken(frame, found)
    frame.broken = structure_broken.text
    if frame.broken:
        found = said_first(frame, found, structure_broken.shifted) | dict(
            _run(frame, (r for r in rules if r.kind == "sound"))
        )
    else:
        found |= dict(_run(frame, (rule for rule in rules if not KINDS[rule.kind].structure)))
    builder = FindingsBuilder(frame)
    groups: list[Group] = []
    counts = dict.fromkeys(SEVERITIES, 0)
    funds = FundCounts(frame)
    for rule in rules:
        if rule not in found:
            continue
        offset, parts = builder.rows, found.pop(rule)
        by_fund = funds.of(rule, parts)
        count = sum(builder.add(rule, part) for part in parts)
        groups.append(Group(rule, count, offset, builder.rows - offset, by_fund))
        counts[rule.severity] += count
    return Validation(
        findings=builder.table(),
        counts=counts,
        verdict=verdict_of(counts),
        groups=groups,
        ruleset_version=ruleset_version(pack, rulebook),
        rows=frame.rows,
        coverage={key: int(frame.filled(key).sum()) for key in pack.fields if frame.has(key)},
        complete=not frame.broken,
        day=frame.today,
        blanks=frame.blanks,
    )


def _run(frame: Frame, rules: Iterable[Rule]) -> Iterator[tuple[Rule, list[Failures]]]:
    for rule in rules:
        # A column that is not in the file has one finding at most, from the rule that requires it.
        failures = KINDS[rule.kind].check(rule, frame)
        if failures is not None and rule.when is not None and not failures.whole:
            failures = failures.only(frame.mask(rule.when))
        if failures is not None:
            yield rule, list(_parts(frame, rule, failures))


def _parts(frame: Frame, rule: Rule, failures: Failures) -> Iterator[Failures]:
    """A value that is wrong on every row of a portfolio (or file) becomes one finding about it."""
    if failures.whole or rule.scope not in ("portfolio", "file"):
        yield failures
    elif rule.scope == "file":
        yield from _collapse(failures, np.zeros(frame.rows, np.int32), np.array([frame.rows], np.intp))
    else:
        yield from _collapse(failures, frame.groups.index, frame.groups.sizes)


def _collapse(failures: Failures, group: Codes, sizes: npt.NDArray[np.intp]) -> Iterator[Failures]:
    pair = group[failures.positions].astype(np.int64) * len(failures.values) + failures.index
    pairs, first, inverse, counts = np.unique(
        pair, return_index=True, return_inverse=True, return_counts=True
    )
    size = sizes[pairs // len(failures.values)]
    # A portfolio of one row is often a mistyped key: there the row says more.
    everywhere = (counts == size) & (size > 1)
    whole = first[everywhere]
    if len(whole):
        yield replace(failures, positions=failures.positions[whole], index=failures.index[whole], whole=True)
    single = ~everywhere[inverse]
    if single.any():
        yield replace(failures, positions=failures.positions[single], index=failures.index[single])


def verdict_of(counts: dict[str, int]) -> str:
    """The verdict that follows from the counts by severity."""
    if counts["error"]:
        return "failed"
    return "passed_with_warnings" if counts["warning"] else "passed"


def ruleset_version(pack: Pack, rulebook: Rulebook | None = None) -> str:
    """Names the exact rules: template, version, engine, the digest of the pack's data, and the rulebook's."""
    own = f".{rulebook.digest[:12]}" if rulebook else ""
    return f"{pack.name.lower()}+{ENGINE_VERSION}.{pack.digest}{own}"
