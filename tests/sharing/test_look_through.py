"""Which received deliveries have to be read so that of each fund the latest valuation counts."""

from datetime import UTC, datetime

from ingestion.web.models import Submission
from sharing.look_through import worth_reading
from sharing.models import Copy

ALPHA, BETA = "LU0000000001", "LU0000000002"


def received(month: int, *funds: str) -> Copy:
    """One whose card names these funds, valued in this month."""
    portfolios = [{"id": fund, "name": ""} for fund in funds]
    card = {"template": "TPT", "valuation_date": f"2026-{month:02}-28", "portfolios": portfolios}
    return Copy(submission=Submission(index_card=card), done_at=datetime(2026, month, 28, tzinfo=UTC))


def test_what_later_ones_name_in_full_is_not_read_again() -> None:
    first, second, third = received(1, ALPHA), received(2, ALPHA, BETA), received(3, " lu0000000001")
    assert worth_reading([first, second, third]) == [third, second]


def test_a_card_that_may_not_name_every_fund_is_read_whatever_came_later() -> None:
    blank, also_blank, bare = received(1, "", ALPHA), received(2, "", ALPHA), received(1)
    full = received(1, *[ALPHA] * 20)
    later = received(3, ALPHA)
    assert worth_reading([blank, also_blank, later]) == [later, also_blank, blank]
    assert worth_reading([bare, full, later]) == [later, bare, full]
