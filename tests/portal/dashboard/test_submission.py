"""The page of one submission: verdict, state, steps, actions, live part; all that needs no store."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.web.models import PipelineEvent, StageRun, Submission
from ingestion.web.states import State
from tests.portal.dashboard.conftest import Make


def page_of(client: Client, submission: Submission) -> str:
    response = client.get(reverse("submission", args=[submission.id]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["submission", "submission_live", "withdraw"])
def test_another_institution_gets_404_where_the_owner_gets_the_page(
    outsider: Client, uploader: Client, make: Make, name: str
) -> None:
    address = reverse(name, args=[make(State.RUNNING).id])
    assert outsider.get(address).status_code == 404
    assert uploader.get(address).status_code == 200


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (State.QUEUED, "", "Stored, waiting to start"),
        (State.RUNNING, "", "The file is being checked"),
        (State.STORED, "", "Stored, but not started"),
        (State.NEEDS_SIGN_IN, "TOKEN_EXPIRED", "Waiting for someone to sign in"),
        (State.FAILED, "INTERNAL", "The check broke off"),
        (State.WITHDRAWN, "", "no longer counts"),
        (State.REFUSED, "FILE_NOT_A_TABLE", "neither a delimited text"),
    ],
)
def test_each_state_is_said_in_words(viewer: Client, make: Make, state: State, code: str, words: str) -> None:
    page = page_of(viewer, make(state, code=code))
    assert words in page
    assert f'data-state="{state.value}"' in page
    assert "<h1" in page


def test_a_broken_off_check_is_not_called_a_verdict(viewer: Client, make: Make) -> None:
    page = page_of(viewer, make(State.FAILED, code="TIMED_OUT"))
    assert "This is no verdict on your file, which is stored unchanged." in page
    assert "TIMED_OUT" in page


def test_steps_are_an_ordered_list_with_state_and_duration(viewer: Client, make: Make) -> None:
    submission = make(State.FAILED, code="TIMED_OUT")
    start = timezone.now()
    for stage, state, code in (("inspect", "done", ""), ("parse", "failed", "TIMED_OUT")):
        StageRun.objects.create(
            submission=submission, attempt=1, stage=stage, state=state, started_at=start,
            finished_at=start + timedelta(seconds=1.25), code=code,
        )  # fmt: skip
    page = page_of(viewer, submission)
    steps = re.findall(r'<li data-step="(\w+)" data-state="(\w+)"', page)
    assert steps == [
        ("inspect", "done"),
        ("parse", "failed"),
        ("transform", "pending"),
        ("validate", "pending"),
        ("quality", "pending"),
        ("publish", "pending"),
    ]
    assert "Done, 1.2 s" in page
    assert "Broke off, 1.2 s" in page


def test_a_resumed_step_says_that_it_was_kept(viewer: Client, make: Make) -> None:
    submission = make(State.RUNNING, attempt=2)
    StageRun.objects.create(submission=submission, attempt=2, stage="inspect", state="done", resumed=True)
    page = page_of(viewer, submission)
    assert "kept from an earlier attempt" in page
    assert "Attempt 2" in page


def test_provenance_names_person_hash_and_stored_version(viewer: Client, make: Make) -> None:
    submission = make(State.QUEUED, object_version="v-17")
    page = page_of(viewer, submission)
    assert all(words in page for words in ("Anna", submission.sha256, "v-17", str(submission.id)))


def test_provenance_names_what_each_step_read_and_wrote_with_version_and_hash(
    viewer: Client, make: Make
) -> None:
    submission = make(State.RUNNING)
    assert "data-provenance" not in page_of(viewer, submission), "nothing has been told yet"
    read, wrote = (
        {"bucket": area, "key": f"{submission.id}/{area}", "version_id": f"v-{area}", "sha256": digit * 64,
         "bytes": 1}
        for area, digit in (("landing", "a"), ("interim", "b"))
    )  # fmt: skip
    PipelineEvent.objects.create(
        id="one:inspect:audit", submission=submission, attempt=1, sequence=12, kind="audit", stage="inspect",
        audit={"role": "fundgate-inst-alpine-am", "code_version": "c0de", "inputs": [read]},
        objects_written=[wrote], at=timezone.now(), received_at=timezone.now(),
    )  # fmt: skip
    page = page_of(viewer, submission)
    assert re.findall(r'data-stage="(\w+)"', page) == ["inspect"]
    told = page.partition("data-provenance")[2]
    assert "fundgate-inst-alpine-am" in told
    for found in (read, wrote):
        assert all(str(found[name]) in told for name in ("key", "version_id", "sha256"))


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.NEEDS_SIGN_IN, {"continue", "withdraw"}),
        (State.STORED, {"continue", "withdraw"}),
        (State.FAILED, {"run-again"}),
        (State.RUNNING, {"withdraw"}),
        (State.QUEUED, {"withdraw"}),
        (State.WITHDRAWN, set()),
        (State.REFUSED, set()),
    ],
)
def test_the_uploader_gets_the_actions_that_fit_the_state(
    uploader: Client, viewer: Client, make: Make, state: State, offered: set[str]
) -> None:
    submission = make(state)
    pattern = rf"/submissions/{submission.id}/(continue|run-again|withdraw)/"
    assert set(re.findall(pattern, page_of(uploader, submission))) == offered
    assert set(re.findall(pattern, page_of(viewer, submission))) == set()


def test_only_who_uploaded_a_file_is_offered_to_withdraw_it(
    uploader: Client, colleague: Client, make: Make
) -> None:
    submission = make(State.RUNNING)
    assert "/withdraw/" in page_of(uploader, submission)
    assert "/withdraw/" not in page_of(colleague, submission)


def test_a_viewer_is_told_who_can_continue(viewer: Client, uploader: Client, make: Make) -> None:
    submission = make(State.NEEDS_SIGN_IN, code="TOKEN_EXPIRED")
    assert "A colleague who may upload" in page_of(viewer, submission)
    assert "lends the check your present sign-in" in page_of(uploader, submission)


def test_a_superseded_submission_names_its_successor(viewer: Client, make: Make) -> None:
    newer = make(State.QUEUED)
    older = make(State.FAILED, superseded_by=newer)
    assert reverse("submission", args=[newer.id]) in page_of(viewer, older)


def test_the_page_follows_a_running_check_with_and_without_scripts(viewer: Client, make: Make) -> None:
    page = page_of(viewer, make(State.RUNNING))
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page


def test_the_page_of_a_finished_check_asks_for_nothing(viewer: Client, make: Make) -> None:
    page = page_of(viewer, make(State.FAILED, code="INTERNAL"))
    assert "hx-trigger" not in page
    assert "http-equiv" not in page


def test_a_check_that_takes_minutes_is_asked_about_less_often(viewer: Client, make: Make) -> None:
    long_ago = timezone.now() - timedelta(minutes=10)
    assert 'hx-trigger="every 5s"' in page_of(viewer, make(State.QUEUED, state_since=long_ago))


def test_the_live_part_answers_only_when_something_changed(viewer: Client, make: Make) -> None:
    submission = make(State.RUNNING)
    found = re.search(r'hx-get="([^"]+\?seen=[^"]+)"', page_of(viewer, submission))
    assert found
    assert viewer.get(found[1]).status_code == 204
    StageRun.objects.create(submission=submission, attempt=1, stage="inspect", state="done")
    changed = viewer.get(found[1])
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
    assert 'data-step="inspect" data-state="done"' in changed.content.decode()


def test_the_live_part_stops_asking_when_the_check_is_over(viewer: Client, make: Make) -> None:
    submission = make(State.RUNNING)
    address = reverse("submission_live", args=[submission.id])
    assert "hx-trigger" in viewer.get(address).content.decode()
    submission.state = State.NEEDS_SIGN_IN
    submission.save()
    assert "hx-trigger" not in viewer.get(address).content.decode()
