"""Further attempts. The token of an attempt is parked here, in the web request."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.web.acts import record_act
from ingestion.web.errors import NotNow
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.services.outbox import owe_start, park_token
from ingestion.web.states import CONTINUABLE, REPEATABLE, State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag


def continue_submission(actor: Actor, submission: Submission) -> Submission:
    """Starts the next attempt after the last finished stage.

    NotNow unless it stopped or waits for a sign-in.
    """
    actor.require(Role.UPLOADER)
    if submission.state not in CONTINUABLE:
        raise NotNow(_("This submission is not waiting to be continued."))
    return _next_attempt(actor, submission, submission.resume_from, AuditTag.SUBMISSION_CONTINUED)


def run_again(actor: Actor, submission: Submission) -> Submission:
    """Checks the stored file again from the first stage on; NotNow while a run is under way."""
    actor.require(Role.UPLOADER)
    if submission.state not in REPEATABLE:
        raise NotNow(_("This submission cannot be checked again now."))
    return _next_attempt(actor, submission, submission.attempt + 1, AuditTag.SUBMISSION_RUN_AGAIN)


def _next_attempt(actor: Actor, submission: Submission, resume_from: int, tag: AuditTag) -> Submission:
    if submission.deleted_at:
        raise NotNow(_("This file was only checked; its content has been deleted since."))
    attempt = submission.attempt + 1
    parameter = park_token(actor, submission, attempt)  # if what follows fails, the Sweeper deletes it
    with transaction.atomic():
        current = locked(submission.id)
        if current.attempt + 1 != attempt or current.state != submission.state:
            raise NotNow(_("Somebody else was faster; reload to see the state it is in now."))
        change(
            current,
            State.QUEUED,
            actor_id=actor.user.id,
            attempt=attempt,
            resume_from=resume_from,
            **_BLANK,
        )
        owe_start(actor, current, parameter)
        _record(tag, actor, current)
    return current


# what an attempt finds out; emptied when the next one begins
_BLANK: dict[str, Any] = {
    "verdict": "",
    "code": "",
    "error_count": 0,
    "warning_count": 0,
    "info_count": 0,
    "results": {},
    "finished_at": None,
}


def _record(tag: AuditTag, actor: Actor, submission: Submission) -> None:
    detail = {"attempt": submission.attempt, "resume_from": submission.resume_from}
    record_act(actor, submission, tag, detail)
