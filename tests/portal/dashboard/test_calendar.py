"""The calendar's pages: a month, everything overdue, and saying what is expected."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.schedule.models import Expectation, FundDelivery
from portal.accounts.models import User
from portal.dashboard.expected import Month
from tests.portal.bodies import TERMS
from tests.portal.dashboard.conftest import Make, member, sign_in

FUND = "LU0000000001"


def expect(anna: User, **terms: Any) -> Expectation:
    values = {"fund": FUND, "template": "TPT", "frequency": "monthly", "starts": date(2026, 1, 1),
              "set_at": timezone.now(), "calendar": "LU"}  # fmt: skip
    return Expectation.objects.create(institution=anna.membership.institution, set_by=anna, **values | terms)


def statuses(client: Client, query: str) -> list[str]:
    return re.findall(r'data-due="([a-z_]+)"', client.get(f"/calendar/{query}").text)


def test_an_empty_calendar_tells_a_reviewer_to_fill_it_and_a_viewer_who_can(
    reviewer: Client, viewer: Client
) -> None:
    assert "/calendar/expected/new/" in reviewer.get("/calendar/").text
    page = viewer.get("/calendar/").text
    assert "/calendar/expected/new/" not in page
    assert "A reviewer or administrator" in page


def test_a_month_shows_what_is_due_on_its_day_and_what_came(viewer: Client, anna: User, make: Make) -> None:
    expect(anna)
    made = make(created_at=datetime(2026, 2, 2, tzinfo=timezone.get_fixed_timezone(0)))
    FundDelivery.objects.create(
        institution=made.institution, submission=made, fund=FUND, name="Growth", template="TPT",
        valuation_date=date(2026, 1, 31),
    )  # fmt: skip
    page = viewer.get("/calendar/?month=2026-02").text
    assert "February 2026" in page
    assert statuses(viewer, "?month=2026-02") == ["received"]
    assert f"/submissions/{made.id}/" in page
    cell = re.search(r'<span class="day">6<.*?</td>', page, re.S)
    assert cell
    assert "Growth" in cell.group()
    assert statuses(viewer, "?month=2026-03") == ["missing"]
    assert statuses(viewer, "?month=2099-03") == ["due"]


def test_filters_narrow_the_month(viewer: Client, anna: User) -> None:
    expect(anna)
    expect(anna, fund="LU2", template="EMT")
    assert statuses(viewer, "?month=2026-02") == ["missing", "missing"]
    assert statuses(viewer, "?month=2026-02&template=EMT") == ["missing"]
    assert statuses(viewer, "?month=2026-02&q=lu2") == ["missing"]
    assert statuses(viewer, "?month=2026-02&status=received") == []
    assert statuses(viewer, "?month=2026-02&status=overdue") == ["missing", "missing"]
    assert 'name="month" value="2026-02"' in viewer.get("/calendar/?month=2026-02").text
    assert statuses(viewer, "?month=rubbish&status=rubbish") != ["rubbish"]


def test_everything_overdue_is_one_list_without_a_month(viewer: Client, anna: User) -> None:
    expect(anna, frequency="daily", business_days=0)
    page = viewer.get("/calendar/?status=overdue").text
    assert "Everything that is late or missing" in page
    assert '<table class="month"' not in page
    assert set(statuses(viewer, "?status=overdue")) == {"missing", "late"}


def test_who_uploads_gets_from_what_has_not_come_to_its_upload(
    uploader: Client, viewer: Client, anna: User
) -> None:
    expect(anna, frequency="daily", business_days=0)
    there = 'href="/submissions/upload/?expected_template=TPT"'
    assert there in uploader.get("/calendar/?status=overdue").text
    assert there not in viewer.get("/calendar/?status=overdue").text


def test_another_institution_s_calendar_is_empty(outsider: Client, anna: User) -> None:
    expect(anna)
    assert statuses(outsider, "?month=2026-02") == []
    assert FUND not in outsider.get("/calendar/expected/").text


def test_htmx_gets_the_month_alone(viewer: Client, anna: User) -> None:
    expect(anna)
    fragment = viewer.get("/calendar/", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert 'id="month"' in fragment


def test_a_reviewer_expects_known_and_other_funds_at_once(reviewer: Client, anna: User, make: Make) -> None:
    made = make()
    FundDelivery.objects.create(
        institution=made.institution, submission=made, fund=FUND, name="Growth", template="TPT"
    )
    assert f"Growth ({FUND})" in reviewer.get("/calendar/expected/new/").text
    sent = TERMS | {"funds": [FUND], "others": "lu2\n\n LU3 "}
    assert reviewer.post("/calendar/expected/new/", sent).status_code == 302
    assert sorted(one.fund for one in Expectation.objects.all()) == [FUND, "LU2", "LU3"]
    page = reviewer.get("/calendar/expected/").text
    assert "3 are expected" in page
    assert "7 business days later, 18:00" in page
    assert page.count("Reminder 2 business days before") == 3


@pytest.mark.parametrize(
    ("change", "told", "field"),
    [
        ({"others": ""}, "Choose at least one fund", "others"),
        ({"business_days": "99"}, "less than or equal to 60", "business_days"),
        ({"starts": "soon"}, "Enter a valid date", "starts"),
        ({"starts": "2026-02-01", "ends": "2026-01-01"}, "cannot be before the first one", "ends"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    reviewer: Client, change: dict[str, str], told: str, field: str
) -> None:
    page = reviewer.post("/calendar/expected/new/", TERMS | {"others": "LU1"} | change).text
    assert told in page
    assert f'aria-describedby="id_{field}_error"' in page
    assert f'id="id_{field}_error"' in page
    assert not Expectation.objects.exists()


def test_dates_and_times_stand_in_the_form_in_every_language(anna: User, alpine: Any) -> None:
    rita = member(alpine, "rita", "reviewer")
    rita.language = "fr"
    rita.save()
    one = expect(anna, ends=date(2027, 3, 31))
    page = sign_in(rita, "alpine-am").get(f"/calendar/expected/{one.id}/").text
    shown = ('name="starts" value="2026-01-01"', 'name="ends" value="2027-03-31"', 'name="at" value="18:00"')
    assert [field for field in shown if field not in page] == []


def test_what_is_expected_already_is_said(reviewer: Client, anna: User) -> None:
    expect(anna)
    page = reviewer.post("/calendar/expected/new/", TERMS | {"others": FUND}).text
    assert "expected this often of one of these funds already" in page


def test_terms_are_changed_and_removed(reviewer: Client, anna: User) -> None:
    one = expect(anna, frequency="weekly", day=3)
    page = reviewer.get(f"/calendar/expected/{one.id}/").text
    assert '<option value="3" selected>Wednesday</option>' in page
    assert reviewer.post(f"/calendar/expected/{one.id}/", TERMS | {"frequency": "weekly", "weekday": "4"})
    one.refresh_from_db()
    assert (one.day, one.business_days) == (4, 7)
    assert reviewer.post(f"/calendar/expected/{one.id}/remove/").status_code == 302
    assert not Expectation.objects.exists()


def test_an_administrator_sets_the_zone_and_a_zone_that_is_none_is_said(alpine: Any, viewer: Client) -> None:
    admin = sign_in(member(alpine, "ada", "admin"), "alpine-am")
    admin.post("/calendar/expected/zone/", {"zone": "Europe/Luxembourg"})
    assert "meant in the zone Europe/Luxembourg" in viewer.get("/calendar/expected/").text
    refused = admin.post("/calendar/expected/zone/", {"zone": "Mars"}, follow=True).text
    assert "Choose one of the time zones" in refused


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2026-02", (2026, 2, 1), (2026, 2, 28)), ("2025-12", (2025, 12, 1), (2025, 12, 31)),
     ("", (2026, 3, 1), (2026, 3, 31)), ("2026-13", (2026, 3, 1), (2026, 3, 31)),
     ("0001-01", (2026, 3, 1), (2026, 3, 31))],
)  # fmt: skip
def test_a_month_is_what_the_address_names_or_the_present_one(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    month = Month.of(text, date(2026, 3, 15))
    assert (month.first, month.last) == (date(*first), date(*last))
    assert month.previous < month.first < month.next
    assert month.next.day == month.previous.day == 1
    assert all(len(week) == 7 for week in month.weeks([]))
