"""What of an institution's submissions a person sees who is limited to some of its funds."""

from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from ingestion.web.models import NamedFund, Submission
from portal.accounts.limits import Limit

_Row = TypeVar("_Row", bound=Model)


def within(limit: Limit | None, submission: str = "") -> Q:
    """Submissions all of whose funds are in the limit; one without an index card is its uploader's alone.

    `submission` leads to it from the rows that are asked for, where they are none themselves.
    """
    if limit is None:
        return Q()
    way = f"{submission}__" if submission else ""
    named = NamedFund.objects.filter(submission=OuterRef(f"{way}pk"))
    inside = Exists(named) & ~Exists(named.exclude(fund__in=limit.funds))
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
