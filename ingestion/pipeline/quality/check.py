"""The Quality step: what is implausible within the file, since the last delivery, or across templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.fund_counts import named_funds
from ingestion.pipeline.notes import Note, note
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality.comparison import Comparison, compare, match
from ingestion.pipeline.quality.completeness import completeness
from ingestion.pipeline.quality.findings import findings_table
from ingestion.pipeline.quality.kinds import KINDS
from ingestion.pipeline.quality.rules import quality_rules
from ingestion.pipeline.quality.snapshot import Snapshot, fund_prefix
from ingestion.pipeline.quality.subjects import subjects_of
from ingestion.pipeline.rulebook import Rulebook
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.sentences import said

MAX_FUNDS = 200
"""Funds or share classes of one file whose earlier deliveries are looked up, the first in the file."""
MAX_NAMED = 200
"""Entries of `compared_with`."""


@dataclass(frozen=True)
class QualityResult:
    """Findings in the schema of the findings table, and the rules that ran; both sorted as findings are.

    `funds` are the first of the file, as the index card names them.
    """

    findings: pa.Table
    rules: Sequence[Rule]
    completeness: dict[str, Any]
    compared_with: list[dict[str, Any]]
    notes: list[Note] = field(default_factory=list)
    funds: tuple[str, ...] = ()


def snapshots(delivery: Delivery, blanks: frozenset[str] = frozenset()) -> list[Snapshot]:
    """What later deliveries are compared with: one per fund or share class and date, in file order.

    `blanks` are the words of the verdict that stand for an empty cell, here as in `check_quality`.
    """
    return [subject.snapshot for subject in subjects_of(_frame(delivery, blanks))]


def wanted(own: list[Snapshot]) -> list[str]:
    """Prefixes under which snapshots earlier than these are looked up, at most MAX_FUNDS."""
    return list(dict.fromkeys(fund_prefix(snapshot.id) for snapshot in own))[:MAX_FUNDS]


def check_quality(
    delivery: Delivery,
    previous: Iterable[Snapshot] = (),
    related: Iterable[Snapshot] = (),
    rulebook: Rulebook | None = None,
    blanks: frozenset[str] = frozenset(),
) -> QualityResult:
    """Check a delivery against itself, its predecessors and other templates. Linear in rows and positions.

    `previous` are snapshots of the same template, whatever their dates: the latest earlier one, one of the
    same date and the latest later one count.
    """
    frame = _frame(delivery, blanks)
    comparisons = compare(subjects_of(frame), previous, related)
    rules = quality_rules(frame.pack, rulebook)
    found = (finding for rule in rules for finding in KINDS[rule.kind].check(rule, comparisons))
    return QualityResult(
        findings=findings_table(found, frame.pack),
        rules=rules,
        completeness=completeness(frame),
        compared_with=_compared_with(comparisons),
        notes=_notes(comparisons),
        funds=tuple(named_funds(frame)),
    )


def _frame(delivery: Delivery, blanks: frozenset[str]) -> Frame:
    return Frame(find_pack(delivery.template, delivery.version), delivery, blanks=blanks)


def _compared_with(comparisons: list[Comparison]) -> list[dict[str, Any]]:
    """The deliveries that were compared, each once, with numbers of funds and of positions new and gone."""
    seen: dict[tuple[str, str, str], list[int]] = {}
    for each in comparisons:
        for known in (each.before, each.same_day, each.later, *each.others):
            if known:
                counts = seen.setdefault((known.template, known.valuation_date, known.submission), [0, 0, 0])
                counts[0] += 1
                if known.template == each.now.template:
                    first = known is each.before  # matched once for the checks already
                    positions = each.matched if first else match(each.now.positions, known.positions)
                    counts[1] += len(positions.new)
                    counts[2] += len(positions.gone)
    names = ("template", "valuation_date", "submission", "funds", "new_positions", "gone_positions")
    return [
        dict(zip(names, (*key, *counts), strict=True)) for key, counts in sorted(seen.items())[:MAX_NAMED]
    ]


def _notes(comparisons: list[Comparison]) -> list[Note]:
    """What a reader of the verdict must know about the comparison."""
    if not comparisons:
        text = said(
            "No row has both the identifier of a fund or share class and a date that can be read, "
            "so nothing was compared."
        )
        return [note("NOTHING_TO_COMPARE", text)]
    notes: list[Note] = []
    without = sum(each.before is None and each.same_day is None for each in comparisons)
    if without == len(comparisons):
        text = said(
            "There is no earlier delivery of these funds in this template, so nothing was compared with one."
        )
        notes.append(note("NO_PREVIOUS_DELIVERY", text))
    elif without:
        text = said(
            "Of the funds or share classes of the file, {count} had no earlier delivery to compare with.",
            count=without,
        )
        notes.append(note("SOME_WITHOUT_PREVIOUS_DELIVERY", text))
    if len({each.now.fund for each in comparisons}) > MAX_FUNDS:
        text = said(
            "Only the first {most} funds or share classes of the file are compared with earlier deliveries.",
            most=MAX_FUNDS,
        )
        notes.append(note("TOO_MANY_FUNDS", text))
    return notes
