"""Expected deliveries for programs."""

from datetime import date
from typing import Any

import pytest
from django.test import RequestFactory

from portal.accounts.actor import Actor
from portal.api.calendar import CalendarView
from tests.ingestion.schedule.conftest import FUND, delivered, expected, local

pytestmark = pytest.mark.django_db


def call(actor: Actor, **query: str) -> Any:
    request = RequestFactory().get("/api/v1/calendar/", query)
    request.actor = actor  # type: ignore[attr-defined]
    return CalendarView.as_view(authentication_classes=[])(request)


def test_a_program_reads_what_is_due_and_what_came(owner: Actor, viewer: Actor) -> None:
    one = expected(owner)
    made = delivered(owner, date(2026, 1, 31), local(2026, 2, 3, 9))
    received, missing = call(viewer, since="2026-02-01", until="2026-03-31").data["results"]
    assert received == {
        "expectation": str(one.id), "fund": FUND, "template": "TPT", "frequency": "monthly",
        "valuation_date": "2026-01-31", "due": "2026-02-06T18:00:00Z", "status": "received",
        "submission": str(made.id), "received_at": "2026-02-03T08:00:00Z",
    }  # fmt: skip
    assert (missing["status"], missing["submission"], missing["received_at"]) == ("missing", None, None)
    found = call(viewer, since="2026-02-01", until="2026-03-31", status="missing").data["results"]
    assert found == [missing]


def test_another_institution_reads_none_of_it(owner: Actor, outsider: Actor) -> None:
    expected(owner)
    assert call(outsider, since="2026-02-01", until="2026-03-31").data == {"results": []}


@pytest.mark.parametrize(
    ("name", "day"),
    [("since", "9999-12-31"), ("since", "0001-01-05"), ("since", "1999-12-31"), ("until", "2101-01-01")],
)
def test_days_outside_the_calendar_are_refused_at_their_field(viewer: Actor, name: str, day: str) -> None:
    answer = call(viewer, **{name: day})
    assert answer.status_code == 400
    assert "Give a day from 2000-01-01 to 2100-12-31." in answer.content.decode()


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_are_answered(
    owner: Actor,
    viewer: Actor,
    day: str,
) -> None:
    expected(owner, frequency="daily", starts=date(2000, 1, 1))
    assert call(viewer, since=day).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"since": "soon"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"since": "2026-01-01", "until": "2027-12-31"},
        {"status": "perhaps"},
    ],
)
def test_a_question_without_sense_is_refused(viewer: Actor, query: dict[str, str]) -> None:
    assert call(viewer, **query).status_code == 400
    assert call(viewer).status_code == 200
