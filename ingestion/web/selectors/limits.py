"""What of an institution's submissions a person sees who is limited to some funds or legal entities."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from ingestion.web.models import NamedFund, Submission
from ingestion.web.states import State
from portal.accounts.limits import Limit

_Row = TypeVar("_Row", bound=Model)


def within(limit: Limit | None, submission: str = "") -> Q:
    """Submissions each fund of which the limit names, or all legal entities behind that fund.

    One without an index card is its uploader's alone.

    `submission` leads to it from the rows that are asked for, where they are none themselves.
    """
    if limit is None:
        return Q()
    way = f"{submission}__" if submission else ""
    named = NamedFund.objects.filter(submission=OuterRef(f"{way}pk"))
    theirs = Q(fund__in=limit.funds) | Q(entity__in=limit.entities)
    inside = Exists(named) & ~Exists(named.exclude(theirs))
    return Q(inside) | (~Exists(named) & Q(**{f"{way}uploaded_by": limit.user_id}))


def seen_within(limit: Limit) -> QuerySet[Submission]:
    """The submissions of all institutions that are within a limit, for a query to choose from."""
    return Submission.objects.filter(within(limit))


def of_seen(rows: QuerySet[_Row], limit: Limit | None, submission: str = "submission") -> QuerySet[_Row]:
    """Of these rows those whose submission is within the limit; `submission` leads there."""
    return rows if limit is None else rows.filter(within(limit, submission))


def with_seen(rows: QuerySet[_Row], limit: Limit | None, *submissions: str) -> QuerySet[_Row]:
    """These rows with the submissions that these fields point to; None for one outside of the limit."""
    if limit is None:
        return rows.select_related(*submissions)
    return rows.prefetch_related(*(Prefetch(name, queryset=seen_within(limit)) for name in submissions))


def funds_within(limit: Limit) -> frozenset[str]:
    """The funds of the institution that are within a limit: named by it, or of its legal entities alone."""
    return limit.funds | funds_said(limit, Submission.objects.filter(institution=limit.institution_id))


def funds_said(limit: Limit, submissions: QuerySet[Submission]) -> frozenset[str]:
    """The funds behind which those of these deliveries that count name legal entities of the limit only.

    One of them that names another closes the fund, whatever the others say; one that names none says nothing
    of it. What the person uploaded does not count: nobody widens their own limit.
    """
    if not limit.entities:
        return frozenset()
    counting = submissions.filter(state=State.COMPLETED, check_only=False, superseded_by=None)
    counting = counting.exclude(uploaded_by=limit.user_id)
    named = NamedFund.objects.filter(submission__in=counting).exclude(fund="").exclude(entity="")
    said = set(named.values_list("fund", "entity").distinct())
    others = {fund for fund, entity in said if entity not in limit.entities}
    return frozenset(fund for fund, _ in said) - others


def all_within(limit: Limit | None, funds: Iterable[str]) -> bool:
    """Whether all of these funds are within the limit; not if none is named, which stands for all funds."""
    wanted = frozenset(funds)
    return limit is None or (bool(wanted) and wanted <= funds_within(limit))
