"""The cast of the ingestion tests, and what is expected of them."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.schedule.models import Expectation, FundDelivery
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission as stored

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
FUND = "LU0000000001"
TERMS: dict[str, Any] = {
    "template": "TPT", "frequency": "monthly", "day": 31, "month": 12, "business_days": 5, "at": time(18),
    "calendar": "LU", "remind_days": 0, "starts": date(2026, 1, 1), "ends": None,
}  # fmt: skip


def expected(of: Actor, **changes: Any) -> Expectation:
    """Something that has been expected for long."""
    values = {"fund": FUND, "set_at": datetime(2025, 12, 1, tzinfo=LUXEMBOURG)} | TERMS | changes
    return Expectation.objects.create(institution=of.institution, set_by=of.user, **values)


def delivered(by: Actor, day: date, at: datetime, **fields: Any) -> Submission:
    """A checked delivery of the fund for a valuation day, handed in at a moment."""
    fund, template = fields.pop("fund", FUND), fields.pop("template", "TPT")
    values = {"created_at": at, "verdict": Verdict.PASSED, "template": template} | fields
    made = stored(by, values.pop("state", State.COMPLETED), **values)
    FundDelivery.objects.create(
        institution=made.institution,
        submission=made,
        fund=fund,
        name="Growth",
        template=template,
        valuation_date=day,
    )
    return made


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=LUXEMBOURG)  # type: ignore[arg-type,misc]
