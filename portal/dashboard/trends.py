"""How the findings of a fund, or of all funds of a template, went from delivery to delivery."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from ingestion.web.models import Submission
from portal.dashboard.wording import Label

STATUSES: dict[str, Label] = {
    "new": Label("bad", "error", lazy("New")),
    "back": Label("odd", "again", lazy("Back again")),
    "ongoing": Label("warn", "clock", lazy("Ongoing")),
    "over": Label("good", "check", lazy("Over")),
}


@dataclass(frozen=True)
class Point:
    """One delivery: errors and warnings (None where its verdict could not be read), completeness 0 to 1."""

    submission: Submission
    date: str
    errors: int | None
    warnings: int | None
    score: float | None


@dataclass(frozen=True)
class RuleHistory:
    """One rule over the deliveries, the oldest first: how often it was not kept, None where unknown.

    `document` explains it as a verdict does. `fixed_after` are days from the delivery in which findings
    first stood to the one without them, for each time that happened.
    """

    document: dict[str, Any]
    counts: list[int | None]
    fixed_after: list[int] = field(default_factory=list)

    @property
    def present(self) -> int:
        """In how many deliveries it had findings."""
        return sum(bool(count) for count in self.counts)

    @property
    def status(self) -> str:
        """new: only in the last delivery; back: again there after it was gone; over: no longer there."""
        known = [bool(count) for count in self.counts if count is not None]
        if not known or not known[-1]:
            return "over"
        if not any(known[:-1]):
            return "new"
        return "ongoing" if known[-2] else "back"

    @property
    def label(self) -> Label:
        return STATUSES[self.status]

    @property
    def days(self) -> float | None:
        """Days to fix, in the middle; None when it was never fixed."""
        return median(self.fixed_after) if self.fixed_after else None

    @property
    def cells(self) -> list[tuple[int | None, int]]:
        """(count, how dark from 0 to 4) of each delivery, measured against the rule's own worst."""
        worst = max((count or 0 for count in self.counts), default=0)
        return [(count, -(-4 * (count or 0) // worst) if worst else 0) for count in self.counts]


@dataclass(frozen=True)
class Trend:
    """Deliveries in the order of their dates, and the rules that had findings in them, worst first."""

    points: list[Point]
    rules: list[RuleHistory]

    @property
    def recurring(self) -> list[RuleHistory]:
        """Rules with findings in at least two deliveries."""
        return [rule for rule in self.rules if rule.present > 1]

    @property
    def days(self) -> float | None:
        """Days to fix over all rules, in the middle."""
        found = [days for rule in self.rules for days in rule.fixed_after]
        return median(found) if found else None

    @property
    def fixes(self) -> int:
        """How often the findings of a rule came to an end."""
        return sum(len(rule.fixed_after) for rule in self.rules)


def trend_of(
    deliveries: Sequence[Submission], documents: Sequence[dict[str, Any] | None], fund: str = ""
) -> Trend:
    """What the verdict documents of deliveries, oldest first, say of one fund or of all.

    A document is None where it could not be read. What a verdict does not count by fund counts as it is.
    """
    points, histories = [], dict[str, RuleHistory]()
    for place, (submission, document) in enumerate(zip(deliveries, documents, strict=True)):
        counts = {"error": 0, "warning": 0}
        for group in (document or {}).get("groups", []):
            if group["severity"] not in counts or not (count := _count(group, fund)):
                continue
            counts[group["severity"]] += count
            rule = histories.setdefault(group["rule"], RuleHistory(group, [0] * place))
            histories[group["rule"]] = RuleHistory(group, [*rule.counts, count])
        for name, rule in histories.items():
            if len(rule.counts) == place:
                rule.counts.append(None if document is None else 0)
            histories[name] = rule
        known = document is not None
        errors, warnings = (counts[name] if known else None for name in counts)
        points.append(Point(submission, date_of(submission), errors, warnings, _score(document, fund)))
    rules = [_with_fixes(rule, points) for rule in histories.values()]
    rules.sort(key=lambda one: (one.document["severity"] != "error", -one.present, one.document["rule"]))
    return Trend(points, rules)


def fund_mark(fund: str) -> str:
    """Stands for a fund in an address: 16 digits of the SHA-256 of its identifier."""
    return hashlib.sha256(fund.strip().upper().encode()).hexdigest()[:16]


def date_of(submission: Submission) -> str:
    """The valuation date on the index card, else the day it was handed in; in ISO form."""
    said = (submission.index_card or {}).get("valuation_date")
    return str(said or submission.created_at.date().isoformat())


def _count(group: dict[str, Any], fund: str) -> int:
    by_fund = group.get("funds")
    if not fund or by_fund is None:
        return int(group["count"])
    return sum(int(count) for name, count in by_fund.items() if name.strip().upper() == fund)


def _score(document: dict[str, Any] | None, fund: str) -> float | None:
    found = (document or {}).get("completeness") or {}
    for one in found.get("portfolios", []) if fund else []:
        if str(one["portfolio"]).strip().upper() == fund:
            score: float | None = one["score"]
            return score
    return found.get("score")


def _with_fixes(rule: RuleHistory, points: list[Point]) -> RuleHistory:
    """With the days of each time that its findings came and went."""
    since: date | None = None
    found = []
    for count, point in zip(rule.counts, points, strict=True):
        day = point.submission.created_at.date()
        if count:
            since = since or day
        elif count == 0 and since is not None:
            found.append(max(0, (day - since).days))
            since = None
    return RuleHistory(rule.document, rule.counts, found)
