"""The legal entities behind deliveries, as their index cards name them by LEI."""

from collections import defaultdict

from django.db.models import QuerySet

from ingestion.web.models import NamedFund, Submission


def known_entities(deliveries: QuerySet[Submission], most: int) -> list[tuple[str, list[str]]]:
    """(LEI, the funds of these deliveries that it stands behind), by LEI."""
    named = _named(deliveries).exclude(entity="")
    leis = named.order_by("entity").values_list("entity", flat=True).distinct()[:most]
    funds: dict[str, list[str]] = defaultdict(list)
    pairs = named.filter(entity__in=list(leis)).exclude(fund="").values_list("entity", "fund")
    for lei, fund in pairs.order_by("entity", "fund").distinct():
        funds[lei].append(fund)
    return [(lei, funds[lei]) for lei in leis]


def without_entity(deliveries: QuerySet[Submission]) -> int:
    """How many of them name a fund without a legal entity: outside of every limit of entities alone."""
    return deliveries.filter(pk__in=_named(deliveries).filter(entity="").values("submission")).count()


def _named(deliveries: QuerySet[Submission]) -> QuerySet[NamedFund]:
    return NamedFund.objects.filter(submission__in=deliveries.order_by().values("pk"))
