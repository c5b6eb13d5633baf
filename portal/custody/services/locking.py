"""Locking what is held in the stores themselves, and unlocking what no longer is: some in a request."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from ingestion.aws import layout
from ingestion.aws.clients import client
from ingestion.aws.holds import set_hold
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.custody.held import to_lock, to_unlock
from portal.custody.models import Lock

CHUNK = 10
"""Deliveries in one request; the page asks for the next."""
AREAS: tuple[layout.Area, ...] = ("landing", "results")


def lock_some(*, actor: Actor, most: int = CHUNK) -> int:
    """Locks and unlocks with this person's credentials what the standing holds ask for; how many are left.

    May be broken off and run twice: a delivery counts as locked only when all of its objects are.
    """
    institution = actor.require(Role.ADMIN)
    locking = list(to_lock(institution.pk)[:most])
    unlocking = list(to_unlock(institution.pk).select_related("submission")[: most - len(locking)])
    if not locking and not unlocking:
        return 0
    record(
        tag=AuditTag.HOLD_LOCKED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=institution.pk,
        address=actor.address,
        detail={"lock": len(locking), "unlock": len(unlocking)},
    )
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    for submission in locking:
        begun = timezone.now()  # what is told to have been written from here on may have been missed
        count = _set(s3, institution.code, submission, on=True)
        changed = {"attempt": submission.attempt, "objects_locked": count, "locked_at": begun}
        Lock.objects.update_or_create(submission=submission, defaults=changed)
    for lock in unlocking:
        _set(s3, institution.code, lock.submission, on=False)
        lock.delete()
    return to_lock(institution.pk).count() + to_unlock(institution.pk).count()


def _set(s3: Any, code: str, submission: Submission, *, on: bool) -> int:
    return sum(
        set_hold(s3, layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, code, area), f"{submission.id}/", on=on)
        for area in AREAS
    )
