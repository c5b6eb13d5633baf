"""The legal entities behind an institution's deliveries, as their index cards name them by LEI."""

from collections import defaultdict

from django.db.models import QuerySet

from ingestion.web.models import NamedFund, Submission
from ingestion.web.selectors.deliveries import current_deliveries_for
from portal.accounts.actor import Actor


def known_entities(actor: Actor, most: int) -> list[tuple[str, list[str]]]:
    """(LEI, the funds it stands behind) of the deliveries that count, by LEI."""
    named = _named(actor).exclude(entity="")
    leis = named.order_by("entity").values_list("entity", flat=True).distinct()[:most]
    funds: dict[str, list[str]] = defaultdict(list)
    pairs = named.filter(entity__in=list(leis)).exclude(fund="").values_list("entity", "fund")
    for lei, fund in pairs.order_by("entity", "fund").distinct():
        funds[lei].append(fund)
    return [(lei, funds[lei]) for lei in leis]


def deliveries_without_entity(actor: Actor) -> int:
    """How many of them name a fund without a legal entity: outside of every limit of entities alone."""
    return _of(actor).filter(pk__in=_named(actor).filter(entity="").values("submission")).count()


def _named(actor: Actor) -> QuerySet[NamedFund]:
    return NamedFund.objects.filter(submission__in=_of(actor))


def _of(actor: Actor) -> QuerySet[Submission]:
    return current_deliveries_for(actor).order_by()
