"""What changed since an earlier delivery of the same funds, read with the viewer's own credentials."""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, TypeVar

import numpy as np

from ingestion.pipeline.differences import Differences, Integers, Mask, differences
from ingestion.pipeline.readers.source import Column
from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.selectors.compared import instrument_of, side_of
from ingestion.web.selectors.submissions import submissions_for
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag

Kind = Literal["new", "fixed", "still"]
KINDS: tuple[Kind, ...] = ("new", "fixed", "still")
LOOKED_AT = 300
"""Deliveries of the template before this one among which those of the same funds are looked for."""
MAX_OFFERED = 24


@dataclass(frozen=True)
class RuleChange:
    """How many findings of a rule are new, fixed, still there; `document` explains it as a verdict does.

    `joined` of the new ones are on positions that came, `gone` of the fixed ones on positions that left.
    """

    document: Mapping[str, Any]
    new: int
    fixed: int
    still: int
    joined: int
    gone: int


@dataclass(frozen=True)
class Changes:
    """The findings of a submission against those of an earlier one.

    `by_position`: positions were told apart by their identifier, else by the value that was found. `partial`:
    of some rule only the first findings are stored, and only these were compared. `other_rules`: the two
    were not checked by the same rules. `unlike`: one of them was too broken to be checked in full.
    """

    before: Submission
    documents: tuple[dict[str, Any], dict[str, Any]]
    """Both verdict documents, the earlier one first."""
    rules: list[RuleChange]
    by_position: bool
    partial: bool
    other_rules: bool
    unlike: bool
    found: Differences
    of_rule: tuple[Column, Column]
    slices: tuple[list[results.Slice], list[results.Slice]]

    @cached_property
    def totals(self) -> dict[str, int]:
        """Findings of each kind, of all rules together."""
        return {
            kind: sum(int(getattr(rule, kind)) for rule in self.rules) for kind in (*KINDS, "joined", "gone")
        }

    def positions(self, kind: Kind, rule: str | None = None) -> Integers:
        """Where the findings of a kind stand: fixed ones in the earlier table, others in this one."""
        mask = {"new": self.found.new, "still": ~self.found.new, "fixed": self.found.fixed}[kind]
        side = 0 if kind == "fixed" else 1
        if rule:
            column = self.of_rule[side]
            mask = mask & column.spread(np.array([name == rule for name in column.values], np.bool_))
        places = [np.arange(start, start + count, dtype=np.int64) for start, count in self.slices[side]]
        found: Integers = np.concatenate([np.zeros(0, np.int64), *places])[mask]
        return found


def earlier_deliveries(actor: Actor, submission: Submission) -> list[Submission]:
    """What a delivery can be compared with: the same template and a fund of it, not later, latest first."""
    funds = _funds(submission)
    if not funds or submission.verdict in ("", Verdict.UNREADABLE):
        return []
    candidates = (
        submissions_for(actor)
        .select_related("institution")
        .filter(template=submission.template, number__lt=submission.number, state=State.COMPLETED)
        .exclude(verdict__in=["", Verdict.UNREADABLE])
        .exclude(check_only=True)
        .order_by("-number")[:LOOKED_AT]
    )
    day = _day(submission)
    found = [one for one in candidates if funds & _funds(one) and (not day or _day(one) <= day)]
    return sorted(found, key=lambda one: (_day(one), one.number), reverse=True)[:MAX_OFFERED]


def changes(actor: Actor, submission: Submission, before: Submission) -> Changes:
    """Compares two submissions that the actor's institution owns; that both were read is recorded.

    NoResultYet when what was found is no longer stored.
    """
    both, credentials = (before, submission), actor.credentials()
    old, new = _of_both(partial(results.verdict, credentials), both)
    for one, other in ((submission, before), (before, submission)):
        detail = {"attempt": one.attempt, "compared_with": str(other.id)}
        record_act(actor, one, AuditTag.FINDINGS_VIEWED, detail)
    spans = results.slices(old), results.slices(new)
    sides = _of_both(partial(side_of, credentials, instrument_of(submission)), both, spans)
    positions = [side.subjects for side in sides if side.subjects]
    if len(positions) == 1:  # the other one does not tell them: values are compared
        sides = _of_both(partial(side_of, credentials, ""), both, spans)
    gone = joined = None
    if by_position := len(positions) == len(both):
        gone, joined = positions[0].missing_in(positions[1]), positions[1].missing_in(positions[0])
    found = differences(sides[0].numbers, sides[1].numbers, gone, joined)
    rules = results.rules_of(old), results.rules_of(new)
    groups = [*results.groups_of(new), *results.groups_of(old)]
    return Changes(
        before=before,
        documents=(old, new),
        rules=_by_rule(groups, *rules, found),
        by_position=by_position,
        partial=any(results.stored(group) < int(group["count"]) for group in groups),
        other_rules=old.get("ruleset_version") != new.get("ruleset_version"),
        unlike=old.get("complete") is not new.get("complete"),
        found=found,
        of_rule=rules,
        slices=spans,
    )


def changed_findings(actor: Actor, submission: Submission, positions: Integers) -> list[dict[str, Any]]:
    """The findings at these positions of a submission that `changes` compared, and recorded."""
    if not len(positions):
        return []
    with results.Findings(actor.credentials(), submission) as findings:
        return findings.at(positions)


_Read = TypeVar("_Read")


def _of_both(
    read: Callable[..., _Read], both: tuple[Submission, Submission], *more: tuple[Any, Any]
) -> tuple[_Read, _Read]:
    """What is read of either, at the same time: most of it is waiting for the store."""
    one, other = zip(both, *more, strict=True)
    with ThreadPoolExecutor(1) as beside:
        later = beside.submit(copy_context().run, read, *other)
        return read(*one), later.result()


def _by_rule(
    groups: list[dict[str, Any]], before: Column, now: Column, found: Differences
) -> list[RuleChange]:
    """One entry per rule, in the order of the later verdict and then of the earlier one."""
    counts = {
        "new": _counted(now, found.new),
        "still": _counted(now, ~found.new),
        "joined": _counted(now, found.joined),
        "fixed": _counted(before, found.fixed),
        "gone": _counted(before, found.gone),
    }
    known = {group["rule"]: group for group in reversed(groups)}
    names = dict.fromkeys(group["rule"] for group in groups)
    return [
        RuleChange(document=known[name], **{kind: count[name] for kind, count in counts.items()})
        for name in names
    ]


def _counted(column: Column, mask: Mask) -> Counter[str]:
    counts = np.bincount(column.codes[mask], minlength=column.distinct)
    found: Counter[str] = Counter()
    for name, count in zip(column.values, counts.tolist(), strict=True):
        found[name] += count
    return found


def _funds(submission: Submission) -> set[str]:
    portfolios = (submission.index_card or {}).get("portfolios") or []
    return {str(portfolio["id"]).strip().upper() for portfolio in portfolios} - {""}


def _day(submission: Submission) -> str:
    return str((submission.index_card or {}).get("valuation_date") or "")
