"""Which funds a submission names, kept beside its index card in the transaction that changes it."""

from collections.abc import Mapping
from typing import Any

from ingestion.aws.grants import CARD_HOLDS, fund_of
from ingestion.web.models import NamedFund, Submission


def keep_named_funds(submission: Submission) -> None:
    """One row for each fund on the card, in place of those of an earlier card; none without a card."""
    NamedFund.objects.filter(submission=submission).delete()
    if submission.index_card:
        NamedFund.objects.bulk_create(
            NamedFund(submission=submission, fund=fund) for fund in named_on(submission.index_card)
        )


def named_on(card: Mapping[str, Any]) -> list[str]:
    """The funds of the file, and "" if it holds or may hold one that the card does not name."""
    portfolios = card.get("portfolios") or []
    funds = {fund_of(str(each["id"])) for each in portfolios}
    return sorted(funds | ({""} if not funds or len(portfolios) >= CARD_HOLDS else set()))
