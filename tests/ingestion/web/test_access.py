"""Who sees and who may: the owner's institution, in the roles the table names, and nobody else."""

import pytest
from django.utils import timezone

from ingestion.web.errors import NotNow, TooManyUploads
from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.selectors import get_submission, submissions_for
from ingestion.web.services import continue_submission, run_again, withdraw
from ingestion.web.services.arrivals import claim, give_up
from ingestion.web.states import State
from ingestion.web.uploads.rate import WINDOW, check_rate
from ingestion.web.uploads.terms import Terms
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotAllowed, NotFound
from tests.ingestion.web.conftest import SHA, submission


def test_only_the_owning_institution_finds_a_submission(owner: Actor, viewer: Actor, outsider: Actor) -> None:
    made = submission(owner)
    assert get_submission(owner, made.id) == get_submission(viewer, str(made.id)) == made
    with pytest.raises(NotFound):
        get_submission(outsider, made.id)
    assert list(submissions_for(viewer)) == [made]
    assert list(submissions_for(outsider)) == []


@pytest.mark.parametrize("text", ["", "x", "1", "{}", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_id_is_not_found(owner: Actor, text: str) -> None:
    submission(owner)
    with pytest.raises(NotFound):
        get_submission(owner, text)


def test_refused_files_are_listed_only_when_asked_for(owner: Actor) -> None:
    refused, stored = submission(owner, State.REFUSED), submission(owner)
    assert list(submissions_for(owner)) == [stored]
    assert set(submissions_for(owner, refused=True)) == {refused, stored}


@pytest.mark.parametrize("act", [continue_submission, run_again, withdraw])
def test_a_viewer_changes_nothing(owner: Actor, viewer: Actor, act: object) -> None:
    made = submission(owner, State.NEEDS_SIGN_IN)
    with pytest.raises(NotAllowed):
        act(viewer, made)  # type: ignore[operator]
    made.refresh_from_db()
    assert made.state == State.NEEDS_SIGN_IN


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.COMPLETED, State.WITHDRAWN])
def test_only_what_waits_or_stopped_is_continued(owner: Actor, state: State) -> None:
    with pytest.raises(NotNow):
        continue_submission(owner, submission(owner, state))
    assert not OutboxEntry.objects.exists()


def test_the_same_content_is_claimed_once_per_institution(owner: Actor, outsider: Actor) -> None:
    def arriving(who: Actor) -> Submission:
        return submission(who, State.RECEIVING, sha256="", attempt=0)

    first, second, theirs = arriving(owner), arriving(owner), arriving(outsider)
    assert claim(first, sha256=SHA, length=1, kind="csv", terms=Terms()) is None
    assert claim(second, sha256=SHA, length=1, kind="csv", terms=Terms()) == first
    assert claim(theirs, sha256=SHA, length=1, kind="csv", terms=Terms()) is None
    give_up(owner, first, "UPLOAD_INCOMPLETE")
    assert claim(second, sha256=SHA, length=1, kind="csv", terms=Terms()) is None


@pytest.mark.parametrize(
    ("sent_as", "recognised", "now_as", "known"),
    [
        ("TPT", "", "TPT", True),  # the same question, whatever came of it
        ("TPT", "", "", False),  # it was another template than expected; now it is to be recognised
        ("TPT", "", "EMT", False),
        ("", "EMT", "TPT", False),  # nobody has been told yet that this is no TPT
        ("", "EMT", "EMT", True),
        ("EMT", "EMT", "", True),
    ],
)
def test_the_same_content_is_known_only_when_its_outcome_answers_what_is_expected_now(
    owner: Actor, sent_as: str, recognised: str, now_as: str, known: bool
) -> None:
    first = submission(owner, State.COMPLETED, expected_template=sent_as, template=recognised)
    second = submission(owner, State.RECEIVING, sha256="")
    earlier = claim(second, sha256=SHA, length=1, kind="csv", terms=Terms(now_as))
    assert earlier == (first if known else None)


def test_giving_up_does_not_touch_what_was_stored(owner: Actor) -> None:
    stored, arriving = submission(owner, State.QUEUED), submission(owner, State.RECEIVING)
    give_up(owner, stored, "UPLOAD_INCOMPLETE")
    give_up(owner, arriving, "UPLOAD_INCOMPLETE")
    stored.refresh_from_db()
    arriving.refresh_from_db()
    assert (stored.state, stored.sha256) == (State.QUEUED, SHA)
    assert (arriving.state, arriving.sha256) == (State.REFUSED, "")


def test_an_institution_s_uploads_are_limited_and_its_neighbour_s_are_not(
    owner: Actor, outsider: Actor, settings: object
) -> None:
    settings.FUNDGATE_UPLOADS_PER_MINUTE = 3  # type: ignore[attr-defined]
    for _ in range(3):
        check_rate(owner.require(Role.VIEWER))
        submission(owner)
    with pytest.raises(TooManyUploads) as limited:
        check_rate(owner.require(Role.VIEWER))
    assert 1 <= limited.value.retry_after <= 60
    check_rate(outsider.require(Role.VIEWER))
    Submission.objects.update(created_at=timezone.now() - WINDOW)
    check_rate(owner.require(Role.VIEWER))
