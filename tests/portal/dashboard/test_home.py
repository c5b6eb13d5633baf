"""Home: what needs somebody now, what is due next, the funds and their trend."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.review.models import Acceptance, Standing
from ingestion.schedule.models import Expectation, FundDelivery
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.accounts.models import Institution, User
from portal.dashboard.sparkline import HEIGHT, WIDTH, sparkline
from tests.portal.dashboard.conftest import Make, member, sign_in

FUND = "LU0000000001"


def groups(client: Client) -> dict[str, str]:
    """What needs somebody, by name of the group."""
    page = client.get("/").text
    found = re.findall(r'data-group="([a-z-]+)"(.*?)</article>', page, re.S)
    return {name: re.sub(r"<[^>]+>|\s+", " ", text) for name, text in found}


def fund(submission: Submission, name: str = "Growth", day: date | None = None) -> Submission:
    FundDelivery.objects.create(
        institution=submission.institution, submission=submission, fund=FUND, name=name, template="TPT",
        valuation_date=day,
    )  # fmt: skip
    return submission


def expect(anna: User, **terms: Any) -> Expectation:
    values = {"fund": FUND, "template": "TPT", "frequency": "daily", "business_days": 1,
              "starts": timezone.localdate() - timedelta(days=14), "set_at": timezone.now()}  # fmt: skip
    return Expectation.objects.create(institution=anna.membership.institution, set_by=anna, **values | terms)


def test_without_a_submission_it_leads_an_uploader_to_the_upload_and_tells_a_viewer_why(
    uploader: Client, viewer: Client
) -> None:
    assert "Nothing has been handed in yet" in uploader.get("/").text
    assert "/submissions/upload/" in uploader.get("/").text
    assert "Nothing has been handed in yet" in viewer.get("/").text
    assert "/submissions/upload/" not in viewer.get("/").text


def test_when_all_is_well_it_says_so(viewer: Client, make: Make) -> None:
    make()
    assert "Nothing waits for you" in viewer.get("/").text
    assert groups(viewer) == {}


def test_each_reason_to_act_is_a_group_with_its_submissions(viewer: Client, make: Make) -> None:
    make(State.NEEDS_SIGN_IN, file_name="waits.csv")
    make(State.FAILED, file_name="broke.csv")
    make(verdict=Verdict.FAILED, counts=(3, 0, 0), file_name="wrong.csv")
    make(verdict=Verdict.UNREADABLE, file_name="odd.csv")
    make(verdict=Verdict.PASSED_WITH_WARNINGS, counts=(0, 4, 0), file_name="passed.csv")
    make(State.RUNNING, file_name="running.csv")
    found = groups(viewer)
    named = {"sign-in": "waits.csv", "broken": "broke.csv", "errors": "wrong.csv", "unreadable": "odd.csv",
             "warnings": "passed.csv"}  # fmt: skip
    assert list(found) == list(named)
    assert [name for name, file in named.items() if file not in found[name]] == []
    assert "3 errors" in found["errors"]
    assert "One file is being checked." in viewer.get("/").text


def test_what_was_replaced_only_checked_or_long_ago_calls_nobody(viewer: Client, make: Make) -> None:
    newer = make()
    make(verdict=Verdict.FAILED, superseded_by=newer)
    make(verdict=Verdict.FAILED, check_only=True)
    make(verdict=Verdict.FAILED, created_at=timezone.now() - timedelta(days=120))
    assert groups(viewer) == {}


def test_a_release_calls_the_reviewers_but_not_who_asked_for_it(
    alpine: Institution, anna: User, make: Make, viewer: Client
) -> None:
    asks, decides = (member(alpine, name, "reviewer") for name in ("rita", "ruth"))
    made = make(verdict=Verdict.FAILED, counts=(1, 0, 0), template="TPT", template_version="7.0")
    request = Acceptance.objects.create(
        institution=alpine, submission=made, severity="error", rule="TPT-P02-NET-ASSETS", count=1,
        rule_count=1, reach="file", template="TPT", until=timezone.localdate() + timedelta(days=9),
        reason="It was agreed.", state="requested", requested_by=asks, requested_at=timezone.now(),
    )  # fmt: skip
    called = groups(sign_in(decides, "alpine-am"))["approvals"]
    assert "asked for by Rita" in called
    assert f"/acceptances/{request.id}/" in sign_in(decides, "alpine-am").get("/").text
    assert "approvals" not in groups(sign_in(asks, "alpine-am"))
    assert "approvals" not in groups(viewer)


@pytest.mark.parametrize(
    ("standing", "calls"),
    [
        ({"outcome": "released"}, False),
        ({"outcome": "released", "until": date(2099, 1, 1)}, False),
        ({"outcome": "released", "until": date(2026, 1, 1)}, True),
        ({"outcome": "released", "attempt": 2}, True),
        ({"outcome": "open"}, True),
        (None, True),
    ],
)
def test_errors_that_were_released_call_nobody_as_long_as_that_holds(
    viewer: Client, make: Make, standing: dict[str, Any] | None, calls: bool
) -> None:
    made = make(verdict=Verdict.FAILED, counts=(1, 0, 0))
    if standing:
        Standing.objects.create(**{"submission": made, "attempt": 1} | standing)
    assert ("errors" in groups(viewer)) == calls


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.PASSED_WITH_WARNINGS])
def test_warnings_call_until_somebody_accepts_them(viewer: Client, make: Make, verdict: Verdict) -> None:
    made = make(verdict=verdict, counts=(int(verdict == Verdict.FAILED), 2, 0))
    assert ("warnings" in groups(viewer)) == (verdict == Verdict.PASSED_WITH_WARNINGS), "errors come first"
    listed = viewer.get("/submissions/?result=open_warnings").text
    assert (made.file_name in listed) == (verdict == Verdict.PASSED_WITH_WARNINGS)
    Standing.objects.create(submission=made, attempt=1, outcome="accepted")
    assert groups(viewer) == {}
    assert made.file_name not in viewer.get("/submissions/?result=open_warnings").text


ACTS = [
    ({"state": State.NEEDS_SIGN_IN}, "uploader", "continue/", True),
    ({"state": State.NEEDS_SIGN_IN}, "viewer", "", False),
    ({"state": State.FAILED}, "uploader", "run-again/", True),
    ({"verdict": Verdict.FAILED}, "uploader", "correct/", False),
    ({"verdict": Verdict.FAILED}, "viewer", "findings/?severity=error", False),
    ({"verdict": Verdict.PASSED_WITH_WARNINGS}, "viewer", "findings/?severity=warning", False),
    ({"verdict": Verdict.UNREADABLE, "code": "TEMPLATE_UNKNOWN"}, "reviewer", "columns/", False),
    ({"verdict": Verdict.UNREADABLE, "code": "TEMPLATE_UNKNOWN"}, "viewer", "", False),
]


@pytest.mark.parametrize(("stands", "role", "leads_to", "posts"), ACTS)
def test_each_line_leads_to_the_next_act_of_who_looks_at_it(
    alpine: Institution, make: Make, stands: dict[str, Any], role: str, leads_to: str, posts: bool
) -> None:
    made = make(**stands)
    page = sign_in(member(alpine, role, role), "alpine-am").get("/").text
    line = page.partition('class="attention-list"')[2].partition("</ul>")[0]
    where = "action" if posts else "href"
    assert f'{where}="/submissions/{made.id}/{leads_to}"' in line
    assert ("csrfmiddlewaretoken" in line) == posts


def test_who_uploads_gets_to_the_upload_of_what_is_overdue_with_its_template_chosen(
    uploader: Client, viewer: Client, anna: User
) -> None:
    expect(anna)
    assert 'href="/submissions/upload/?expected_template=TPT"' in uploader.get("/").text
    assert "expected_template" not in viewer.get("/").text
    assert '<option value="TPT" selected>' in uploader.get("/submissions/upload/?expected_template=TPT").text
    assert uploader.get("/submissions/upload/?expected_template=XYZ").status_code == 400


def test_a_group_names_the_first_and_leads_to_the_others(viewer: Client, make: Make) -> None:
    for _ in range(6):
        make(State.FAILED)
    assert "and 2 more" in groups(viewer)["broken"]
    assert "?result=FAILED" in viewer.get("/").text


def test_an_uploader_is_told_to_continue_and_a_viewer_who_can(
    uploader: Client, viewer: Client, make: Make
) -> None:
    make(State.NEEDS_SIGN_IN)
    assert "with your present sign-in" in groups(uploader)["sign-in"]
    assert "A colleague who may upload" in groups(viewer)["sign-in"]


def test_another_institution_sees_none_of_it(outsider: Client, anna: User, make: Make) -> None:
    make(State.FAILED, file_name="broke.csv")
    fund(make(), "Growth")
    expect(anna)
    page = outsider.get("/").text
    assert [word for word in ("broke.csv", "Growth", FUND) if word in page] == []


def test_late_deliveries_call_and_the_next_ones_are_announced(viewer: Client, anna: User, make: Make) -> None:
    fund(make(), "Growth", date(2025, 12, 31))
    expect(anna)
    page = viewer.get("/").text
    assert "Growth" in groups(viewer)["overdue"]
    assert "?status=overdue" in page
    coming = page.partition('id="coming-title"')[2]
    assert "Growth" in coming.partition("</section>")[0]


def test_a_fund_shows_its_last_delivery_its_score_and_the_trend(viewer: Client, make: Make) -> None:
    fund(make(score=0.8, verdict=Verdict.FAILED, counts=(2, 0, 0)), day=date(2026, 1, 31))
    last = fund(make(score=0.995, template="TPT", template_version="7.0"), day=date(2026, 2, 28))
    page = viewer.get("/").text
    row = page.partition(f'data-fund="{FUND}"')[2].partition("data-fund=")[0]
    told = (
        "Growth",
        "TPT 7.0",
        f"No. {last.number}",
        "28 Feb 2026",
        "99.5",
        "<polyline",
        "from 80",
        "31 Jan 2026",
    )
    assert [word for word in told if word not in row] == []


def test_funds_are_found_by_name_and_htmx_gets_the_list_alone(viewer: Client, make: Make) -> None:
    fund(make(), "Growth")
    headers = {"HX-Request": "true"}
    assert f'data-fund="{FUND}"' in viewer.get("/?q=grow", headers=headers).text
    missed = viewer.get("/?q=value", headers=headers).text
    assert "No fund fits" in missed
    assert "<html" not in missed


def test_a_name_cannot_write_into_the_page(viewer: Client, make: Make) -> None:
    fund(make(), "<script>alert(1)</script>")
    assert "<script>alert" not in viewer.get("/").text


@pytest.mark.parametrize("scores", [[0.9], [0.5, 0.5], [0, 1, None, 0.3], [None, 1]])
def test_a_trend_stays_within_its_drawing_and_rises_to_the_top(scores: list[float | None]) -> None:
    from uuid import uuid4

    from ingestion.schedule.selectors import Point

    drawn = sparkline([Point(uuid4(), 1, None, "passed", score, 0, 0) for score in scores])
    real = [score for score in scores if score is not None]
    assert len(drawn.dots) == len(real)
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)
    assert [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)
    assert real[min(range(len(real)), key=lambda place: drawn.dots[place].y)] == max(real)


def test_no_score_makes_no_drawing() -> None:
    assert sparkline([]).line == ""
