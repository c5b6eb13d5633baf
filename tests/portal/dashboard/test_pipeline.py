"""The page of a run: the drawn state machine, each state, its log lines, and going on where it broke off."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.aws import errors as aws
from ingestion.aws.layout import STAGES
from ingestion.web.function_logs import LogLine
from ingestion.web.models import Submission
from ingestion.web.selectors import pipeline
from ingestion.web.state_machine import state_machine
from ingestion.web.states import State
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.runs import ended, step, told, went

HTMX = {"HX-Request": "true"}


def page_of(client: Client, submission: Submission, query: str = "", **headers: str) -> str:
    response = client.get(reverse("submission_pipeline", args=[submission.id]) + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def statuses(page: str) -> dict[str, str]:
    found = re.findall(r'id="state-(\w+)".*?data-status="(\w+)"', page)
    assert len(found) == len(set(found))
    return dict(found)


@pytest.fixture(autouse=True)
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "log_lines", lambda *_: [])


def test_another_institution_gets_404_where_the_owner_gets_the_page(
    outsider: Client, viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)
    address = reverse("submission_pipeline", args=[make().id])
    assert outsider.get(address).status_code == 404
    assert viewer.get(address).status_code == 200


def test_every_state_is_drawn_with_what_became_of_it(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, *went(*STAGES))
    page = page_of(viewer, make())
    found = statuses(page)
    assert set(found) == set(state_machine().states)
    assert found["Parse"] == found["CleanUp"] == found["Finished"] == "done"
    assert found["Annotate"] == found["ParseFailed"] == found["Failed"] == "skipped"
    assert "hx-trigger" not in page
    assert page.count("data-taken") == len(went(*STAGES)) - 1


def test_a_run_under_way_shows_where_it_is_and_asks_for_news(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, *went(*STAGES, until="Validate"))
    submission = make(State.RUNNING)
    page = page_of(viewer, submission)
    assert (statuses(page)["Validate"], statuses(page)["Quality"]) == ("running", "pending")
    assert 'data-chosen="Validate"' in page
    address = re.search(r'hx-get="([^"]+)" hx-trigger="every', page)
    assert address is not None
    news = address[1].replace("&amp;", "&")
    assert viewer.get(news, headers=HTMX).status_code == 204
    told(monkeypatch, *went(*STAGES, until="Quality"))
    answer = viewer.get(news, headers=HTMX)
    assert answer.status_code == 200
    assert 'data-chosen="Quality"' in answer.text
    assert "<html" not in answer.text


def test_what_follows_the_verdict_is_still_followed(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, *went(*STAGES, "annotate", until="Annotate"))
    page = page_of(viewer, make(State.COMPLETED))
    assert statuses(page)["Annotate"] == "running"
    assert "hx-trigger" in page


def test_where_it_broke_off_is_said_with_code_tries_and_the_way_on(
    uploader: Client, viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make(State.FAILED, code="TIMED_OUT")
    told(monkeypatch, *went("inspect", broke_off="parse", code="TIMED_OUT"))
    page = page_of(uploader, submission)
    assert 'data-chosen="Parse" data-status="failed"' in page
    assert "TIMED_OUT" in page
    assert f'action="{reverse("continue_submission", args=[submission.id])}"' in page
    assert "data-go-on" not in page_of(viewer, submission), "a viewer may not"
    assert "data-go-on" not in page_of(uploader, submission, "?state=Inspect"), "Inspect did not break off"


def test_an_attempt_before_the_latest_can_be_looked_at_but_not_continued(
    uploader: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make(State.FAILED, attempt=2, code="TIMED_OUT")
    at = timezone.now()
    ended(submission, State.NEEDS_SIGN_IN, at=at - timedelta(minutes=5))
    ended(submission, State.FAILED, at=at, attempt=2)
    told(monkeypatch, *went("inspect", broke_off="parse", code="TOKEN_EXPIRED"))
    assert "data-go-on" in page_of(uploader, submission)
    page = page_of(uploader, submission, "?attempt=1")
    assert "data-go-on" not in page
    assert re.search(r'aria-current="true" data-attempt="1"', page)
    assert "Waits for sign-in" in page
    assert 'data-attempt="2"' in page


@pytest.mark.parametrize("query", ["?attempt=99", "?attempt=x", "?attempt=0", "?state=Nowhere", "?state="])
def test_an_address_that_names_nothing_shows_the_latest(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    told(monkeypatch, *went(*STAGES))
    assert 'data-chosen="Inspect"' in page_of(viewer, make(), query)


def test_a_forgotten_run_is_concluded_from_its_reports(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)
    submission = make(State.FAILED, code="TIMED_OUT")
    step(submission, "inspect", at=timezone.now())
    step(submission, "parse", at=timezone.now(), state="failed", code="TIMED_OUT")
    page = page_of(viewer, submission)
    found = statuses(page)
    assert "Not reached" in page and "Not needed" not in page
    assert (found["Inspect"], found["Parse"], found["Transform"]) == ("done", "failed", "skipped")
    assert (found["ParseFailed"], found["CleanUp"], found["Failed"]) == ("done", "done", "failed")
    assert "kept for 90 days" in page
    assert "TIMED_OUT" in page


def test_a_silent_aws_is_not_taken_for_a_forgotten_run(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise aws.AwsUnavailable

    monkeypatch.setattr(pipeline, "visits", silent)
    page = page_of(viewer, make())
    assert "AWS does not tell about the run at the moment." in page
    assert "90 days" not in page.partition("data-log")[0]
    assert statuses(page)["Publish"] == "done"


def test_a_file_that_was_never_stored_had_no_run(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)
    assert "There was no run yet" in page_of(viewer, make(State.REFUSED, attempt=0))


def test_log_lines_are_those_of_the_chosen_state_and_escaped(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, *went(*STAGES))
    asked = []

    def lines(
        _submission: Submission, attempt: int, function: str, since: object, until: object
    ) -> list[LogLine]:
        asked.append((attempt, function))
        return [LogLine(timezone.now(), "ERROR", "<i>failed</i>", code="INTERNAL", frames=("a/b.py:7",))]

    monkeypatch.setattr(pipeline, "log_lines", lines)
    page = page_of(viewer, make(), "?state=CleanUp")
    assert asked == [(1, "clean-up")]
    assert "&lt;i&gt;failed&lt;/i&gt;" in page
    assert "a/b.py:7" in page


@pytest.mark.parametrize("error", [aws.AccessDenied(), aws.AwsUnavailable(), aws.CredentialsExpired()])
def test_a_log_that_cannot_be_read_leaves_the_drawing(
    viewer: Client, make: Make, monkeypatch: pytest.MonkeyPatch, error: aws.AwsError
) -> None:
    told(monkeypatch, *went(*STAGES))

    def lines(*_: object) -> list[LogLine]:
        raise error

    monkeypatch.setattr(pipeline, "log_lines", lines)
    page = page_of(viewer, make())
    assert "The log cannot be read at the moment." in page
    assert statuses(page)["Publish"] == "done"


def test_the_submission_s_page_leads_to_its_run(viewer: Client, make: Make) -> None:
    submission = make(State.FAILED)
    page = viewer.get(reverse("submission", args=[submission.id])).text
    assert reverse("submission_pipeline", args=[submission.id]) in page
