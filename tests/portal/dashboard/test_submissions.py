"""The list of submissions: what a row says, filters, pages, who sees what."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.web.states import State, Verdict
from portal.accounts.models import User
from tests.portal.dashboard.conftest import Make

CARD = {
    "portfolios": [
        {"id": "LU0000000001", "id_type": "1", "name": "Société Générale Growth", "currency": "EUR"}
    ],
    "valuation_date": "2025-12-31",
    "rows": 12,
}


def rows(client: Client, query: str = "", **headers: str) -> list[int]:
    """The numbers of the submissions on the page, in its order."""
    page = client.get(f"/submissions/{query}", headers=headers).content.decode()
    return [int(number) for number in re.findall(r'id="submission-(\d+)"', page)]


def test_an_empty_list_leads_an_uploader_to_the_upload(uploader: Client) -> None:
    page = uploader.get("/submissions/").content.decode()
    assert "Nothing has been handed in yet" in page
    assert "Upload the first file" in page


def test_an_empty_list_offers_a_viewer_no_upload(viewer: Client) -> None:
    page = viewer.get("/submissions/").content.decode()
    assert "Nothing has been handed in yet" in page
    assert "/submissions/upload/" not in page


def test_a_row_says_everything_in_words(viewer: Client, make: Make) -> None:
    make(
        file_name="december.csv", verdict=Verdict.FAILED, counts=(3, 2, 1), index_card=CARD, template="TPT",
        template_version="7.0", bytes=1536,
    )  # fmt: skip
    page = viewer.get("/submissions/").content.decode()
    told = ("december.csv", "1.5\xa0KB", "Errors found", "Société Générale Growth", "LU0000000001", "TPT 7.0")
    assert [words for words in told if words not in page] == []
    assert all(
        words in page for words in ("31 Dec 2025", "Anna", 'data-verdict="failed"', 'data-state="COMPLETED"')
    )
    assert re.search(r'data-severity="error">.*?</span>3<span', page, re.S)


def test_times_are_shown_in_the_viewers_zone_with_utc_on_hover(viewer: Client, make: Make) -> None:
    User.objects.filter(subject="vera").update(timezone="Asia/Tokyo")
    make(created_at=timezone.datetime(2026, 3, 1, 20, 30, tzinfo=timezone.get_fixed_timezone(0)))
    page = viewer.get("/submissions/").content.decode()
    assert 'datetime="2026-03-01T20:30:00+00:00" title="2026-03-01 20:30:00 UTC">2 Mar 2026, 05:30' in page


def test_the_newest_submission_comes_first(viewer: Client, make: Make) -> None:
    for _ in range(3):
        make()
    assert rows(viewer) == [3, 2, 1]


def test_another_institution_sees_none_of_it(outsider: Client, viewer: Client, make: Make) -> None:
    make()
    assert rows(outsider) == []
    assert rows(viewer) == [1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=%231", [1]),
        ("?q=janu", [1]),
        ("?q=LU0000000001", [2]),
        ("?q=Société", [2]),
        ("?q=growth", [2]),
        ("?q=nothing-like-it", []),
        ("?result=failed", [1]),
        ("?result=passed_with_warnings", [2]),
        ("?result=in_progress", [3]),
        ("?result=NEEDS_SIGN_IN", [5, 4]),
        ("?result=WITHDRAWN", [6]),
        ("?result=REFUSED", [7]),
        ("?template=TPT+7.0", [2]),
        ("?result=failed&q=growth", []),
        ("", [6, 5, 4, 3, 2, 1]),
        ("?result=rubbish&template=rubbish", [6, 5, 4, 3, 2, 1]),
    ],
)
def test_filters_narrow_the_list(viewer: Client, make: Make, query: str, found: list[int]) -> None:
    make(file_name="January.csv", verdict=Verdict.FAILED)
    make(verdict=Verdict.PASSED_WITH_WARNINGS, index_card=CARD, template="TPT", template_version="7.0")
    make(State.RUNNING)
    make(State.NEEDS_SIGN_IN)
    make(State.STORED)
    make(State.WITHDRAWN)
    make(State.REFUSED, code="FILE_EMPTY")
    assert rows(viewer, query) == found


def test_dates_are_days_of_the_viewers_zone(viewer: Client, make: Make) -> None:
    today = timezone.now().replace(hour=12)
    make(created_at=today - timedelta(days=5))
    make(created_at=today - timedelta(days=1))
    day = (today - timedelta(days=1)).date().isoformat()
    assert rows(viewer, f"?since={day}") == [2]
    assert rows(viewer, f"?until={day}") == [2, 1]
    assert rows(viewer, f"?since={day}&until={day}") == [2]


def test_the_last_day_that_can_be_typed_is_a_day_west_of_utc_too(viewer: Client, make: Make) -> None:
    make()
    User.objects.update(timezone="America/New_York")
    assert rows(viewer, "?until=9999-12-31") == [1] and rows(viewer, "?since=9999-12-31") == []


def test_a_date_that_is_none_is_said_at_its_field_and_not_applied(viewer: Client, make: Make) -> None:
    make()
    page = viewer.get("/submissions/?since=yesterday").content.decode()
    assert 'id="id_since_error">Enter a valid date.' in page
    assert 'aria-describedby="id_since_error"' in page
    assert rows(viewer, "?since=yesterday") == [1]


def test_filters_that_fit_nothing_can_be_cleared(viewer: Client, make: Make) -> None:
    make()
    page = viewer.get("/submissions/?q=zzz").content.decode()
    assert "No submission fits these filters" in page
    assert "Show all submissions" in page


def test_the_list_comes_in_pages_that_keep_the_filter(viewer: Client, make: Make) -> None:
    for _ in range(26):
        make(file_name="same.csv")
    assert rows(viewer, "?q=same") == list(range(26, 1, -1))
    assert rows(viewer, "?q=same&page=2") == [1]
    assert rows(viewer, "?q=same&page=99") == [1]
    assert rows(viewer, "?page=rubbish") == list(range(26, 1, -1))
    assert 'href="/submissions/?q=same&amp;page=2"' in viewer.get("/submissions/?q=same").content.decode()


def test_htmx_gets_the_list_alone_and_a_restored_page_the_whole(viewer: Client, make: Make) -> None:
    make()
    fragment = viewer.get("/submissions/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="submission-list"' in fragment
    restored = viewer.get(
        "/submissions/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )  # fmt: skip
    assert "<html" in restored.content.decode()


def test_the_list_asks_for_news_only_while_something_moves(viewer: Client, make: Make) -> None:
    submission = make(State.RUNNING)
    assert "every 4s" in viewer.get("/submissions/").content.decode()
    submission.state = State.WITHDRAWN
    submission.save()
    assert "every 4s" not in viewer.get("/submissions/").content.decode()


def test_a_file_name_cannot_write_into_the_page_or_turn_its_direction(viewer: Client, make: Make) -> None:
    make(file_name="<script>alert(1)</script>\u202efdp.csv")
    page = viewer.get("/submissions/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\ufffdfdp.csv" in page
