"""The page about all runs: counts, times, cost and what waits, from the database and for one institution."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone
from pytest_django import DjangoAssertNumQueries

from ingestion.web.models import Submission
from ingestion.web.run_cost import cost_of, memory_gb, prices
from ingestion.web.selectors.figures import percentile
from ingestion.web.selectors.operations import Run, StepTook
from ingestion.web.states import State
from portal.accounts.models import Institution
from portal.dashboard.operations_drawing import day_chart, step_chart
from tests.portal.dashboard.conftest import Make, member, sign_in
from tests.portal.dashboard.runs import ended, step


def page_of(client: Client, query: str = "") -> str:
    response = client.get(reverse("operations") + query)
    assert response.status_code == 200
    return response.content.decode()


def figure(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">([^<]*)<', page)
    assert found is not None
    return found[1].strip().replace("\xa0", " ")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def three_runs(make: Make, now: datetime) -> list[Submission]:
    """Two that reached a verdict in 2 and 4 seconds, one that broke off."""
    fast, slow, broken = make(), make(), make(State.FAILED, code="TIMED_OUT")
    ended(fast, State.COMPLETED, at=now, seconds=2)
    ended(slow, State.COMPLETED, at=now, seconds=4)
    ended(broken, State.FAILED, at=now, seconds=9)
    step(fast, "inspect", at=now, seconds=1)
    step(slow, "inspect", at=now, seconds=3)
    step(broken, "inspect", at=now, seconds=7, resumed=True)
    step(broken, "parse", at=now, started_at=None, state="failed", code="TIMED_OUT")
    return [fast, slow, broken]


def test_runs_are_counted_and_timed(viewer: Client, three_runs: list[Submission]) -> None:
    page = page_of(viewer)
    assert figure(page, "ended") == "3"
    assert figure(page, "success") == "66.7 %"
    assert figure(page, "p50") == "2.0 s"
    inspect = re.search(r'data-step="inspect">(.*?)</tr>', page)
    assert inspect is not None
    assert re.findall(r'class="num">([^<]*)<', inspect[1]) == ["3", "1.0 s", "3.0 s", "0"]
    parse = re.search(r'data-step="parse">(.*?)</tr>', page)
    assert parse is not None
    assert re.findall(r'class="num">([^<]*)<', parse[1]) == ["1", "", "", "1"]


def test_another_institution_s_runs_do_not_count(
    outsider: Client, viewer: Client, three_runs: list[Submission]
) -> None:
    page = page_of(outsider)
    assert figure(page, "ended") == figure(page, "waiting") == "0"
    assert "No run ended in this time" in page
    assert figure(page_of(viewer), "ended") == "3"


def test_a_run_counts_in_the_time_in_which_it_ended(viewer: Client, make: Make, now: datetime) -> None:
    old = make()
    ended(old, State.COMPLETED, at=now - timedelta(days=20))
    assert figure(page_of(viewer, "?days=7"), "ended") == "0"
    assert figure(page_of(viewer), "ended") == "1"
    assert figure(page_of(viewer, "?days=90"), "ended") == "1"
    assert figure(page_of(viewer, "?days=100000"), "ended") == "1", "no other time can be asked for"


def test_a_time_without_any_is_said_and_not_drawn(viewer: Client, make: Make, now: datetime) -> None:
    ended(make(State.FAILED), State.FAILED, at=now)
    page = page_of(viewer)
    assert "No step has reported its time yet." in page and "No file got its verdict in this time." in page
    step(make(), "inspect", at=now)
    assert page_of(viewer).count("No step has reported its time yet.") == 1, "a step without an ended run"


def test_each_attempt_is_a_run(viewer: Client, make: Make, now: datetime) -> None:
    submission = make(attempt=2)
    ended(submission, State.NEEDS_SIGN_IN, at=now - timedelta(minutes=1))
    ended(submission, State.COMPLETED, at=now, attempt=2)
    page = page_of(viewer)
    assert (figure(page, "ended"), figure(page, "success")) == ("2", "50 %")


def test_what_waits_is_listed_with_why_and_what_is_over_is_not(
    viewer: Client, uploader: Client, make: Make
) -> None:
    sleeping = make(State.NEEDS_SIGN_IN, code="TOKEN_EXPIRED")
    broken = make(State.FAILED, code="TIMED_OUT")
    done, given_up = make(), make(State.WITHDRAWN)
    replaced = make(State.FAILED, superseded_by=done)
    page = page_of(uploader)
    assert figure(page, "waiting") == "2"
    for one, listed in ((sleeping, 1), (broken, 1), (done, 0), (given_up, 0), (replaced, 0)):
        assert page.count(reverse("submission_pipeline", args=[one.id])) == listed
    assert "sign-in ended before the check was finished" in page
    assert "“Continue” lends the check your present sign-in." in page
    assert "A colleague who may upload" in page_of(viewer)


def test_a_run_that_takes_too_long_is_said_to(viewer: Client, make: Make, now: datetime) -> None:
    make(State.QUEUED)
    running = make(State.RUNNING)
    page = page_of(viewer)
    assert figure(page, "waiting") == "2"
    assert "It starts in a moment." in page and "It is being checked now." in page
    assert "unusually long" not in page
    running.state_since = now - timedelta(minutes=16)
    running.save()
    assert page_of(viewer).count("unusually long") == 1


def test_the_page_takes_as_many_queries_for_many_runs_as_for_one(
    viewer: Client, make: Make, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        ended(make(), State.COMPLETED, at=now)
        make(State.FAILED)
    with django_assert_max_num_queries(16):
        page_of(viewer)


def test_cost_is_memory_times_seconds_calls_and_states() -> None:
    run = Run(1, steps=[StepTook("inspect", 0.5, False), StepTook("publish", 2.0004, False)])
    states = ["Inspect", "CallbackInspect", "IsRecognised", "Publish", "CallbackPublish", "Share",
              "MustPass", "ShareEach", "HasFindings", "CleanUp", "HasFailed", "Summary",
              "Finished"]  # fmt: skip
    gb_seconds = 0.5 * memory_gb()["inspect"] + 2.001 * memory_gb()["publish"]
    wanted = gb_seconds * 0.0000166667 + 6 * 0.0000002 + len(states) * 0.000025
    assert cost_of(run) == pytest.approx(wanted)


def test_memory_is_that_of_the_deployed_functions_and_prices_say_where_they_are_from() -> None:
    assert memory_gb()["inspect"] == 1.0
    assert {"parse", "clean-up", "callback", "annotate"} <= set(memory_gb())
    document = prices().document
    assert document["read_on"] and document["currency"] == "USD"
    for name in ("lambda_gb_second", "lambda_request", "state_transition"):
        assert document[name]["source"].startswith("https://aws.amazon.com/")


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([3], 0.95, 3), ([1, 2], 0.5, 1), (list(range(1, 101)), 0.95, 95), ([5, 1, 3], 0.5, 3)],
)
def test_a_percentile_is_a_value_that_was_measured(values: Any, share: float, expected: Any) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize("days", [[], [(0, 0, 0)], [(3, 1, 0), (0, 0, 0), (100, 0, 7)], [(1, 1, 1)] * 90])
def test_columns_stay_within_the_chart(days: list[tuple[int, int, int]]) -> None:
    chart = day_chart(days)
    assert len(chart.bars) == sum(bool(part) for day in days for part in day)
    assert len(chart.ticks) <= 6
    for bar in chart.bars:
        assert bar.x >= 0 and bar.x + bar.width <= chart.width + 0.1
        assert bar.y >= 0 and bar.y + bar.height <= chart.height


def test_the_longest_step_fills_the_chart_and_one_without_times_has_no_bar() -> None:
    chart = step_chart([("a", 1.0, 4.0), ("b", None, None), ("c", 0.0, 0.0)])
    assert max(bar.width for bar in chart.bars) == chart.width - 2
    assert len(chart.ticks) == 3
    assert len(chart.bars) == 4


def test_a_day_is_one_of_the_viewer_s_zone(viewer: Client, alpine: Institution, make: Make) -> None:
    """On the other side of the world the run may have ended tomorrow; there it is today's as well."""
    evening = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)
    ended(make(), State.COMPLETED, at=evening)
    far = member(alpine, "eve", "viewer")
    far.timezone = "Pacific/Kiritimati"  # UTC+14
    far.save()
    day = r'<tr><th scope="row">([^<]*)</th><td class="num">1</td>'
    here, there = re.findall(day, page_of(viewer)), re.findall(day, page_of(sign_in(far, "alpine-am")))
    assert here == [formats.date_format(evening.date(), "j M Y")]
    assert there == [formats.date_format(evening.date() + timedelta(days=1), "j M Y")]
