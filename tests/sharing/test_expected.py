"""What a recipient awaits under a grant: both sides see what came of it, and are told when nothing did."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingestion.schedule.errors import AlreadyExpected, TermsInvalid
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from portal.notices.models import Announcement
from sharing import services
from sharing.errors import NotPossibleNow
from sharing.expected import calendar
from sharing.models import Copy, Grant, GrantExpectation
from sharing.states import CopyState
from tests.fixtures.cast import actor
from tests.sharing.conftest import delivery

FUND = "LU0000000001"
TERMS: dict[str, Any] = {
    "template": "TPT", "frequency": "monthly", "day": 31, "month": 12, "business_days": 5, "at": time(18),
    "calendar": "TARGET", "remind_days": 0, "starts": date(2026, 2, 1), "ends": None,
}  # fmt: skip
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def awaited(recipient: Actor, grant: Grant, *funds: str, **terms: Any) -> list[GrantExpectation]:
    return services.expect_under(actor=recipient, grant_id=grant.pk, funds=funds or (FUND,), **TERMS | terms)


def statuses(who: Actor) -> list[str]:
    return [str(entry.status) for entry in calendar(who, *MARCH)]


def test_both_sides_see_what_came_of_it_and_nobody_else(
    owner: Actor, accepted: Grant, admin: Actor, recipient: Actor, third: Actor
) -> None:
    awaited(recipient, accepted)
    came = delivery(owner)
    assert statuses(recipient) == statuses(admin) == ["missing"], "it is not handed on yet"
    services.delivered([copy.pk for copy in services.owed(came)], attempt=1, actor=None)
    assert statuses(recipient) == statuses(admin) == ["received_late"]
    in_time = datetime(2026, 3, 6, 12, tzinfo=UTC)
    Copy.objects.update(arrived_at=in_time)
    (entry,) = calendar(recipient, *MARCH)
    assert entry.status == "received" and entry.arrival and entry.arrival.copy == Copy.objects.get().pk
    assert statuses(third) == []
    services.revoke(actor=admin, grant_id=accepted.pk, reason="Over.")
    assert statuses(recipient) == statuses(admin) == []


def test_it_came_when_it_came_first_however_often_it_is_handed_on(
    owner: Actor, accepted: Grant, recipient: Actor
) -> None:
    copies = [copy.pk for copy in services.owed(delivery(owner))]
    services.delivered(copies, attempt=1, actor=None)
    first = Copy.objects.get().arrived_at
    Copy.objects.update(state=CopyState.OWED)
    services.delivered(copies, attempt=1, actor=None)
    assert Copy.objects.get().arrived_at == first


def test_what_is_not_readable_any_more_did_not_come(owner: Actor, accepted: Grant, recipient: Actor) -> None:
    awaited(recipient, accepted)
    copies = [copy.pk for copy in services.owed(delivery(owner))]
    services.delivered(copies, attempt=1, actor=None)
    Copy.objects.update(state=CopyState.ENDING)
    assert statuses(recipient) == ["missing"]


@pytest.mark.parametrize(("funds", "template", "place"), [
    (("LU0000000002",), "TPT", "funds"),
    ((FUND, "x" * 256), "TPT", "funds"),
    ((FUND,), "EMT", "template"),
])  # fmt: skip
def test_only_what_the_grant_lets_through_can_be_expected(
    funds: tuple[str, ...], template: str, place: str, accepted: Grant, recipient: Actor
) -> None:
    with pytest.raises(TermsInvalid) as refused:
        awaited(recipient, accepted, *funds, template=template)
    assert [problem["place"] for problem in refused.value.problems] == [place]
    assert awaited(recipient, accepted, FUND.lower(), "")
    with pytest.raises(AlreadyExpected):
        awaited(recipient, accepted)


def test_only_a_reviewer_of_the_recipient_sets_and_removes_it(
    accepted: Grant, admin: Actor, recipient: Actor, third: Actor
) -> None:
    with pytest.raises(NotPossibleNow):
        awaited(admin, accepted)
    with pytest.raises(NotFound):
        awaited(third, accepted)
    with pytest.raises(NotAllowed):
        awaited(actor(recipient.institution, "una", Role.UPLOADER), accepted)
    (made,) = awaited(actor(recipient.institution, "rex", Role.REVIEWER), accepted)
    for other in (admin, third):
        with pytest.raises(NotFound):
            services.expect_no_more(actor=other, expectation_id=made.pk)
    services.expect_no_more(actor=recipient, expectation_id=made.pk)
    assert not GrantExpectation.objects.exists()
    tags = ["portal:grant:expectation-set", "portal:grant:expectation-removed"]
    for side in (admin, recipient):
        trail = AuditRecord.objects.filter(institution_id=side.institution.pk, tag__in=tags)
        assert [record.tag for record in trail] == tags


def test_under_a_grant_that_is_not_open_nothing_can_be_expected(offered: Grant, recipient: Actor) -> None:
    with pytest.raises(NotPossibleNow):
        awaited(recipient, offered)


def test_both_sides_are_told_once_of_what_is_late(accepted: Grant, admin: Actor, recipient: Actor) -> None:
    awaited(recipient, accepted, frequency="weekly", day=5, business_days=1)
    assert services.remind_of_grants() == 0, "it was so already when it was set"
    GrantExpectation.objects.update(set_at=timezone.now() - timedelta(days=60))
    assert services.remind_of_grants()
    told = Announcement.objects.filter(event__startswith="delivery.")
    count = told.count()
    for side, who in (("owner", admin), ("recipient", recipient)):
        mine = told.filter(institution=who.institution)
        assert {one.about["side"] for one in mine} == {side} and mine.count() == count / 2
    services.remind_of_grants()
    assert told.count() == count
