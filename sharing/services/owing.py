"""What is owed under a grant: one row for each delivery that falls under it, until it is copied."""

from django.db.models import F
from django.utils import timezone

from ingestion.web.models import Submission
from sharing.models import Copy, Grant
from sharing.selectors import covered_by, current_of, grants_that_flow
from sharing.states import CopyState


def owe_all(grant: Grant) -> int:
    """Owes every delivery that falls under a grant now; how many were not owed or copied yet."""
    return sum(_owe(grant, each) for each in covered_by(grant, current_of(grant)))


def owe(submission: Submission) -> list[Grant]:
    """Owes a delivery under every grant that flows and covers it; those grants.

    Called in the transaction in which it comes to its verdict or is released; may be called twice.
    """
    owed = []
    for grant in grants_that_flow(submission.institution):
        if covered_by(grant, current_of(grant).filter(pk=submission.pk)) and _owe(grant, submission):
            owed.append(grant)
    return owed


def end_copies(grant: Grant) -> None:
    """Everything under a closed grant is to be deleted, also what may be on its way now."""
    Copy.objects.filter(grant=grant).exclude(state=CopyState.GONE).update(
        state=CopyState.ENDING, state_since=timezone.now()
    )


def end_copies_of(submission: Submission) -> list[Grant]:
    """The copies of a delivery that was taken back are to be deleted; the grants stay. Those grants."""
    copies = Copy.objects.filter(submission=submission, state__in=[CopyState.OWED, CopyState.DONE])
    grants = list(Grant.objects.filter(copies__in=copies).select_related("owner", "recipient"))
    copies.update(state=CopyState.ENDING, state_since=timezone.now())
    return grants


def drop_replaced(grant: Grant) -> None:
    """What is owed but was replaced by a newer delivery meanwhile is owed no more; it was never sent."""
    Copy.objects.filter(grant=grant, state=CopyState.OWED, submission__superseded_by__isnull=False).delete()


def _owe(grant: Grant, submission: Submission) -> bool:
    now = timezone.now()
    copy, new = Copy.objects.get_or_create(
        grant=grant,
        submission=submission,
        defaults={"attempt": submission.attempt, "state_since": now, "owed_at": now},
    )
    if new:
        return True
    # checked again since: what lies there is of an earlier attempt
    again = Copy.objects.filter(pk=copy.pk, attempt__lt=F("submission__attempt"), state=CopyState.DONE)
    return bool(again.update(attempt=submission.attempt, state=CopyState.OWED, state_since=now, owed_at=now))
