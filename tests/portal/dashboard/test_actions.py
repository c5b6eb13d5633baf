"""Continue, run again, withdraw: who may, what happens, what is said."""

import re
from collections import OrderedDict
from functools import cache
from typing import Any

import botocore.session
import pytest
from django.test import Client
from django.urls import reverse

from infra.local import embedded
from infra.local.home import Home
from ingestion.aws import clients
from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.states import State
from tests.portal.dashboard.conftest import Make

ACTIONS = ["continue_submission", "run_again", "withdraw"]
FITTING = {"continue_submission": State.NEEDS_SIGN_IN, "run_again": State.FAILED, "withdraw": State.RUNNING}
AFTER = {"continue_submission": State.QUEUED, "run_again": State.QUEUED, "withdraw": State.WITHDRAWN}


@pytest.fixture(scope="session")
def own_session() -> Any:
    """What the process knows of AWS where its own role has rights."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    return session, OrderedDict()


@pytest.fixture
def parking(
    store: Any, embedded_store: Home, own_session: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key and rights to park tokens with, as the portal's own role has them in a deployed system."""
    settings.FUNDGATE_STATE_KEY_ARN = _state_key(embedded_store)
    for name, value in zip(("_session", "_clients"), own_session, strict=True):
        monkeypatch.setattr(clients, name, value)


@cache
def _state_key(home: Home) -> str:
    made: str = embedded.deployer("kms", home).create_key()["KeyMetadata"]["Arn"]
    return made


def post(client: Client, name: str, submission: Submission) -> Any:
    return client.post(reverse(name, args=[submission.id]), follow=True)


def state_of(submission: Submission) -> str:
    return Submission.objects.get(pk=submission.pk).state


@pytest.mark.aws
@pytest.mark.parametrize("name", ACTIONS)
def test_the_uploader_acts_and_lands_on_the_submission(
    uploader: Client, make: Make, parking: None, name: str
) -> None:
    submission = make(FITTING[name])
    response = post(uploader, name, submission)
    assert response.redirect_chain[-1][0] == reverse("submission", args=[submission.id])
    assert 'class="notice" data-tone="good"' in response.content.decode()
    assert state_of(submission) == AFTER[name]


@pytest.mark.aws
def test_continue_keeps_finished_steps_and_run_again_does_not(
    uploader: Client, make: Make, parking: None
) -> None:
    kept, anew = make(State.NEEDS_SIGN_IN, resume_from=1), make(State.FAILED, resume_from=1)
    post(uploader, "continue_submission", kept)
    post(uploader, "run_again", anew)
    kept.refresh_from_db()
    anew.refresh_from_db()
    assert (kept.attempt, kept.resume_from) == (2, 1)
    assert (anew.attempt, anew.resume_from) == (2, 2)
    assert OutboxEntry.objects.count() == 2


@pytest.mark.parametrize("name", ACTIONS)
def test_a_viewer_and_an_outsider_change_nothing(
    viewer: Client, outsider: Client, make: Make, name: str
) -> None:
    submission = make(FITTING[name])
    assert post(viewer, name, submission).status_code == 403
    assert post(outsider, name, submission).status_code == 404
    assert state_of(submission) == FITTING[name]


@pytest.mark.parametrize("name", ACTIONS)
def test_an_act_that_does_not_fit_the_state_is_explained_on_the_page(
    uploader: Client, make: Make, name: str
) -> None:
    submission = make(State.WITHDRAWN)
    response = post(uploader, name, submission)
    assert response.status_code == 200
    assert 'class="notice" data-tone="bad"' in response.content.decode()
    assert state_of(submission) == State.WITHDRAWN


@pytest.mark.parametrize("name", ["continue_submission", "run_again"])
def test_nothing_starts_by_following_a_link(uploader: Client, make: Make, name: str) -> None:
    submission = make(FITTING[name])
    assert uploader.get(reverse(name, args=[submission.id])).status_code == 405
    assert state_of(submission) == FITTING[name]


def test_withdrawing_is_asked_about_first(uploader: Client, make: Make) -> None:
    submission = make(State.RUNNING)
    page = uploader.get(reverse("withdraw", args=[submission.id])).content.decode()
    assert "This cannot be undone" in page
    assert "Keep it" in page
    assert state_of(submission) == State.RUNNING


def test_a_colleague_cannot_withdraw_what_somebody_else_sent_and_a_reviewer_can(
    colleague: Client, reviewer: Client, make: Make
) -> None:
    submission = make(State.STORED)
    address = reverse("withdraw", args=[submission.id])
    assert "cannot be withdrawn, or not by you" in colleague.get(address, follow=True).content.decode()
    assert colleague.post(address).status_code == 403
    assert state_of(submission) == State.STORED
    assert "cannot be withdrawn" not in reviewer.post(address, follow=True).content.decode()
    assert state_of(submission) == State.WITHDRAWN


@pytest.mark.aws
def test_a_checked_delivery_is_withdrawn_with_a_reason_and_stays_readable(
    uploader: Client, viewer: Client, checked: Submission
) -> None:
    address = reverse("withdraw", args=[checked.id])
    refused = uploader.post(address)
    assert refused.status_code == 400
    assert "Say in a few words why" in refused.text
    assert state_of(checked) == State.COMPLETED
    page = uploader.post(address, {"reason": "Wrong fund <b>"}, follow=True).text
    assert 'data-state="WITHDRAWN"' in page
    shown = viewer.get(reverse("submission", args=[checked.id])).text
    assert "Wrong fund &lt;b&gt;" in shown
    assert 'data-severity="error"' in shown, "its findings can still be read"


@pytest.mark.aws
def test_a_delivery_that_replaces_another_asks_why_until_it_is_told(
    uploader: Client, viewer: Client, make: Make, store: Any
) -> None:
    key = "ab" * 32
    later = make(number=2, delivery_key=key)
    earlier = make(number=1, delivery_key=key, superseded_by=later)
    address = reverse("submission", args=[later.id])
    form = f'action="{reverse("give_reason", args=[later.id])}"'
    assert form in uploader.get(address).text
    assert form not in viewer.get(address).text
    replaced = uploader.get(reverse("submission", args=[earlier.id])).text
    assert form not in replaced
    assert "No. 2 took its place" in replaced
    assert "took its place" not in uploader.get(address).text
    page = uploader.post(reverse("give_reason", args=[later.id]), {"reason": "Prices"}, follow=True).text
    assert form not in page
    assert "Prices" in page
    assert re.findall(r'data-standing="(\w+)"', page) == ["current", "replaced"]
