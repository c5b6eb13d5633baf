"""The deliveries of each fund and template, from what the database knows of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from ingestion.schedule.models import FundDelivery
from ingestion.schedule.outlook import counted
from ingestion.web.models import Submission
from ingestion.web.selectors.limits import of_seen
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role

POINTS = 12
"""Deliveries that make a trend."""


@dataclass(frozen=True)
class Point:
    """One delivery in a trend."""

    submission: UUID
    number: int
    valuation_date: date | None
    verdict: str
    score: float | None
    errors: int
    warnings: int


@dataclass(frozen=True)
class FundLine:
    """One fund and template: its last delivery, and the trend up to it, oldest first."""

    fund: str
    name: str
    template: str
    last: Submission
    points: Sequence[Point]


def fund_groups(actor: Actor, text: str = "") -> QuerySet[FundDelivery, Any]:
    """(fund, template) of everything delivered, the last handed in first; those that mention `text`."""
    found = _current(actor)
    if text:
        found = found.filter(Q(fund__icontains=text) | Q(name__icontains=text) | Q(template__iexact=text))
    groups = found.values("fund", "template").annotate(latest=Max("submission__number"))
    return groups.order_by("-latest", "fund")


def fund_lines(actor: Actor, groups: Iterable[Mapping[str, Any]]) -> list[FundLine]:
    """What one page of `fund_groups` draws, in its order."""
    wanted = [(group["fund"], group["template"]) for group in groups]
    if not wanted:
        return []
    chosen = Q()
    for fund, template in wanted:
        chosen |= Q(fund=fund, template=template)
    newest = [F("valuation_date").desc(nulls_last=True), F("submission__number").desc()]
    place = Window(RowNumber(), partition_by=["fund", "template"], order_by=newest)
    rows = _current(actor).filter(chosen).annotate(place=place).filter(place__lte=POINTS)
    by_group: dict[tuple[str, str], list[FundDelivery]] = {}
    for row in rows.select_related("submission", "submission__standing").order_by("-place"):
        by_group.setdefault((row.fund, row.template), []).append(row)
    return [_line(*group, by_group[group]) for group in wanted if group in by_group]


def fund_names(actor: Actor, funds: Iterable[str]) -> dict[str, str]:
    """The name each of these funds was last delivered under."""
    mine = FundDelivery.objects.filter(institution=actor.require(Role.VIEWER), fund__in=set(funds))
    latest = (
        of_seen(mine, actor.limit).exclude(name="").values("fund").annotate(latest=Max("pk")).values("latest")
    )
    return dict(FundDelivery.objects.filter(pk__in=latest).values_list("fund", "name"))


def known_funds(actor: Actor, most: int) -> list[tuple[str, str]]:
    """(fund, name) of what was delivered, by identifier."""
    funds = _current(actor).exclude(fund="").order_by("fund").values_list("fund", flat=True).distinct()[:most]
    names = fund_names(actor, funds)
    return [(fund, names.get(fund, "")) for fund in funds]


def _current(actor: Actor) -> QuerySet[FundDelivery]:
    current = counted(actor.require(Role.VIEWER).id).filter(
        submission__state=State.COMPLETED, submission__superseded_by=None
    )
    return of_seen(current, actor.limit)


def _line(fund: str, template: str, rows: list[FundDelivery]) -> FundLine:
    points = [
        Point(
            row.submission_id, row.submission.number, row.valuation_date, row.submission.verdict,
            row.submission.score, row.submission.error_count, row.submission.warning_count,
        )
        for row in rows
    ]  # fmt: skip
    return FundLine(fund, rows[-1].name, template, rows[-1].submission, points)
