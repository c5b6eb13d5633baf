"""The funds of a submission, taken from its index card in the transaction that brings it."""

from datetime import date
from typing import Any

from ingestion.schedule.models import FundDelivery, fund_key
from ingestion.web.models import Submission


def keep_deliveries(*, submission: Submission, **_sent: Any) -> None:
    """Writes one row per fund on the card, and takes away what a later attempt no longer finds."""
    card = submission.index_card
    if not card:
        return
    named = {fund_key(str(one["id"])): str(one["name"]).strip() for one in card.get("portfolios") or []}
    funds = {fund: name for fund, name in named.items() if fund} or {"": ""}
    FundDelivery.objects.filter(submission=submission).delete()
    FundDelivery.objects.bulk_create(
        FundDelivery(
            institution_id=submission.institution_id,
            submission=submission,
            fund=fund,
            name=name,
            template=card["template"],
            valuation_date=day_of(card.get("valuation_date")),
        )
        for fund, name in funds.items()
    )


def drop_deliveries(*, submission: Submission, **_sent: Any) -> None:
    """Takes them away with the index card they came from."""
    FundDelivery.objects.filter(submission=submission).delete()


def day_of(written: Any) -> date | None:
    """The date an index card quotes; None for a text that is no ISO date."""
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
