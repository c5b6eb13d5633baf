"""Taking a delivery back: before it has a verdict, or afterwards with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.web import snapshots
from ingestion.web.acts import record_act, record_all
from ingestion.web.errors import NotNow, ReasonNeeded
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import change
from ingestion.web.services.superseding import locked_with_kin, supersede
from ingestion.web.signals import withdrawing, withdrawn
from ingestion.web.states import WITHDRAWABLE, State
from ingestion.web.uploads.terms import a_reason
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed


def may_withdraw(actor: Actor, submission: Submission) -> bool:
    """Whether this person can take it back in its present state; what is only checked never counted."""
    if submission.state not in WITHDRAWABLE or (submission.check_only and submission.verdict):
        return False
    return actor.may(Role.UPLOADER) and _is_theirs(actor, submission)


def withdraw(actor: Actor, submission: Submission, *, reason: str = "") -> Submission:
    """Ends a delivery's use: the earlier one of the same funds and date counts again.

    By who uploaded it or a reviewer. ReasonNeeded when it was checked already. What a run under way still
    reports changes nothing. Verdict and findings stay readable.
    """
    actor.require(Role.UPLOADER)
    reason = a_reason(reason)
    if not _is_theirs(actor, submission):
        raise NotAllowed(_("Only the person who uploaded a file, or a reviewer, can withdraw it."))
    if not may_withdraw(actor, submission):
        raise NotNow(_("This submission can no longer be withdrawn."))
    if submission.verdict and not reason:
        raise ReasonNeeded(_("Say in a few words why it is withdrawn."))
    if _leaves_snapshots(submission):
        with transaction.atomic():
            current = _still(actor, submission)
            # by itself: what is emptied stays so, whether or not the withdrawal follows
            record_act(actor, current, AuditTag.SNAPSHOTS_EMPTIED, {"attempt": current.attempt})
        snapshots.forget(actor, submission)
    with transaction.atomic():
        current = _still(actor, submission)
        change(current, State.WITHDRAWN, actor_id=actor.user.id, withdrawal=reason)
        changed = supersede(current)
        withdrawn.send(Submission, submission=current)
        record_all(changed.acts)
        detail = {"attempt": current.attempt, "verdict": current.verdict}
        record_act(actor, current, AuditTag.SUBMISSION_WITHDRAWN, detail)
    return current


def _still(actor: Actor, submission: Submission) -> Submission:
    """The submission, locked; NotNow when it can no longer be withdrawn as it was asked."""
    current = locked_with_kin(submission.id)
    # a verdict that came in the meantime asks for a reason, a new attempt leaves snapshots of its own
    moved_on = current.attempt != submission.attempt or (current.verdict and not submission.verdict)
    if not may_withdraw(actor, current) or moved_on:
        raise NotNow(_("It has moved on in the meantime; reload to see the state it is in now."))
    withdrawing.send(Submission, submission=current)
    return current


def _leaves_snapshots(submission: Submission) -> bool:
    """Whether a run of it was, is or will be there; what is only checked leaves none."""
    return not submission.check_only and submission.state not in (State.RECEIVING, State.STORED)


def _is_theirs(actor: Actor, submission: Submission) -> bool:
    return submission.uploaded_by_id == actor.user.id or actor.may(Role.REVIEWER)
