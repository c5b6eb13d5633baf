"""The funds of a submission and who is behind them, kept in the transaction that changes its index card."""

from collections.abc import Mapping
from typing import Any

from ingestion.aws.grants import CARD_HOLDS
from ingestion.pipeline.card import fund_of
from ingestion.web.models import NamedFund, Submission


def keep_named_funds(submission: Submission) -> None:
    """A row for each fund and entity on the card, in place of an earlier card's; none without a card."""
    NamedFund.objects.filter(submission=submission).delete()
    if submission.index_card:
        NamedFund.objects.bulk_create(
            NamedFund(submission=submission, fund=fund, entity=entity)
            for fund, entity in named_on(submission.index_card)
        )


def named_on(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(fund, LEI) of the file: no LEI of a fund that one portfolio names without, or that has no identifier.

    The fund "" stands for what the card may not name: whoever is behind all of the file is behind that too.
    """
    portfolios = card.get("portfolios") or []
    behind: dict[str, set[str]] = {}
    for each in portfolios:
        fund = fund_of(str(each["id"]))
        behind.setdefault(fund, set()).update((fund and each.get("entities")) or [""])
    if not behind or len(portfolios) >= CARD_HOLDS:
        behind.setdefault("", set()).update(card.get("entities") or [""])
    return sorted((fund, lei) for fund, leis in behind.items() for lei in ({""} if "" in leis else leis))
