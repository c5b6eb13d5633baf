"""No act without its record, and none without the other rows of its transaction."""

from typing import Any

import pytest

from ingestion.aws.layout import STAGES
from ingestion.aws.objects import ObjectRef
from ingestion.web import acts
from ingestion.web.models import OutboxEntry, Submission, Transition
from ingestion.web.services import apply_event, continue_submission, receiving, run_again, runs, withdraw
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import Run

ACTS = [
    (continue_submission, State.NEEDS_SIGN_IN, AuditTag.SUBMISSION_CONTINUED),
    (run_again, State.FAILED, AuditTag.SUBMISSION_RUN_AGAIN),
    (withdraw, State.STORED, AuditTag.SUBMISSION_WITHDRAWN),
]


class NoRecord(RuntimeError):
    """The record could not be written."""


def no_record(**_: Any) -> None:
    raise NoRecord


@pytest.fixture(autouse=True)
def parked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is parked; where it goes is tested on the running system."""
    for module in (runs, receiving):
        monkeypatch.setattr(module, "park_token", lambda actor, submission, attempt: "/fundgate/tokens/x")


def tags(made: Submission) -> list[str]:
    return list(AuditRecord.objects.filter(subject_id=str(made.id)).values_list("tag", flat=True))


@pytest.mark.parametrize(("act", "state", "tag"), ACTS)
def test_an_act_of_a_person_leaves_one_record_with_its_actor(
    owner: Actor, act: Any, state: State, tag: AuditTag
) -> None:
    made = submission(owner, state)
    act(owner, made)
    assert AuditRecord.objects.get(tag=tag).actor_id == owner.user.id
    assert tags(made) == [AuditTag.SUBMISSION_RECEIVED, tag]


@pytest.mark.parametrize(("act", "state", "tag"), ACTS)
def test_an_act_that_cannot_be_recorded_does_not_happen(
    owner: Actor, monkeypatch: pytest.MonkeyPatch, act: Any, state: State, tag: AuditTag
) -> None:
    made = submission(owner, state)
    with monkeypatch.context() as broken, pytest.raises(NoRecord):
        broken.setattr(acts, "record", no_record)
        act(owner, made)
    now = Submission.objects.get(pk=made.pk)
    assert (now.state, now.attempt) == (state, made.attempt)
    assert not OutboxEntry.objects.exists()
    assert Transition.objects.filter(submission=made).count() == 1  # its arrival
    act(owner, now)
    assert Submission.objects.get(pk=made.pk).state != state


def test_submission_outbox_and_records_stand_or_fall_together(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = submission(owner, State.RECEIVING, attempt=0)
    ref = ObjectRef("bucket", f"{made.id}/original", "v1", "ab" * 32, 1000)
    with monkeypatch.context() as broken, pytest.raises(NoRecord):
        broken.setattr(acts, "record", no_record)
        receiving._stored(owner, made, ref)
    assert Submission.objects.get(pk=made.pk).state == State.RECEIVING
    assert not OutboxEntry.objects.exists()
    receiving._stored(owner, made, ref)
    assert Submission.objects.get(pk=made.pk).state == State.QUEUED
    assert OutboxEntry.objects.get().token_parameter == "/fundgate/tokens/x"
    assert tags(made)[1:] == [AuditTag.SUBMISSION_STORED, AuditTag.SUBMISSION_QUEUED]


@pytest.mark.parametrize(
    ("run", "stages", "end"),
    [
        (Run(), len(STAGES), AuditTag.SUBMISSION_COMPLETED),
        (Run(unreadable="TEMPLATE_UNKNOWN"), 2, AuditTag.SUBMISSION_COMPLETED),
        (Run(error="TOKEN_EXPIRED", stage="validate"), 3, AuditTag.SUBMISSION_NEEDS_SIGN_IN),
        (Run(error="INTERNAL", stage="parse"), 1, AuditTag.SUBMISSION_FAILED),
    ],
)
def test_a_run_leaves_a_record_of_each_stage_and_of_its_end(
    owner: Actor, run: Run, stages: int, end: AuditTag
) -> None:
    made = submission(owner)
    for event in run.events(made):
        apply_event(event)
        apply_event(event)  # a repetition is no second act
    assert tags(made)[1:] == [AuditTag.STAGE_FINISHED] * stages + [end]
