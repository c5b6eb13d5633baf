"""What is owed under a grant: one row for each delivery that falls under it, until it is copied."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from ingestion.web.models import Submission
from sharing.acceptance import passed
from sharing.models import Copy, Grant
from sharing.selectors import covered_by, current_of, falls_under, grants_that_flow
from sharing.services.telling import tell_of_withdrawal
from sharing.states import READABLE, CopyState


def owe_all(grant: Grant) -> int:
    """Owes every delivery that falls under a grant now; how many were not owed or copied yet."""
    return sum(_owe(grant, each) for each in covered_by(grant, current_of(grant)))


def owe(submission: Submission) -> list[Grant]:
    """Owes a delivery under every grant that flows and covers it; those grants.

    Called in the transaction in which it comes to its verdict or is released; may be called twice.
    """
    _end_what_falls_no_more(submission)
    grants = falls_under(grants_that_flow(submission.institution), submission)
    known = set(Copy.objects.filter(submission=submission, grant__in=grants).values_list("grant", flat=True))
    new, now = [grant for grant in grants if grant.pk not in known], timezone.now()
    Copy.objects.bulk_create(
        (
            Copy(grant=grant, submission=submission, attempt=submission.attempt, state_since=now, owed_at=now)
            for grant in new
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    return new + [grant for grant in grants if grant.pk in known and _owe(grant, submission)]


def owe_again(submission: Submission) -> None:
    """Owes what counts again, now that this delivery is taken back."""
    same = Submission.objects.filter(
        institution=submission.institution, delivery_key=submission.delivery_key, superseded_by=None
    )
    for each in same.exclude(delivery_key="").exclude(pk=submission.pk):
        owe(each)


def end_copies(grant: Grant) -> None:
    """Everything under a closed grant is to be deleted, also what may be on its way now."""
    end(Copy.objects.filter(grant=grant).exclude(state=CopyState.GONE))


def end_copies_of(submission: Submission) -> list[Grant]:
    """The copies of a delivery that was taken back are to be deleted; the grants stay. Those grants."""
    copies = Copy.objects.filter(submission=submission, state__in=[CopyState.OWED, CopyState.DONE])
    found = list(copies.select_related("grant__owner", "grant__recipient"))
    end(copies)
    tell_of_withdrawal(submission, (copy for copy in found if copy.arrived_at))
    return [copy.grant for copy in found]


def _end_what_falls_no_more(submission: Submission) -> None:
    """A later attempt may say that other funds are in the file: then it is taken back."""
    today = timezone.now().date()
    copies = Copy.objects.filter(
        submission=submission,
        attempt__lt=submission.attempt,
        state__in=[CopyState.OWED, CopyState.DONE],
        grant__state__in=READABLE,
    )
    ended, card = [], submission.index_card
    for copy in copies.select_related("grant__owner", "grant__recipient"):
        if card and not copy.grant.of_record(is_open=True).covers(card, today):
            end(copies.filter(pk=copy.pk))
            ended.append(copy)
    tell_of_withdrawal(submission, (copy for copy in ended if copy.arrived_at))


def _owe(grant: Grant, submission: Submission) -> bool:
    now = timezone.now()
    copy, new = Copy.objects.get_or_create(
        grant=grant,
        submission=submission,
        defaults={"attempt": submission.attempt, "state_since": now, "owed_at": now},
    )
    if new:
        return True
    # what lies there is of an earlier attempt, or all was deleted and nobody still writes
    stale = Q(attempt__lt=submission.attempt, state__in=[CopyState.OWED, CopyState.DONE])
    deleted = Q(state=CopyState.GONE, looked_again=True)
    again = Copy.objects.filter(stale | deleted, pk=copy.pk)
    if grant.must_pass:  # what was handed on stays until the later attempt has passed too
        again = again.exclude(~passed(), state=CopyState.DONE)
    return bool(
        again.update(
            attempt=submission.attempt, state=CopyState.OWED, state_since=now, owed_at=now, looked_again=False
        )
    )


def end(copies: QuerySet[Copy]) -> None:
    """They are to be deleted, and their place is looked at once more when nobody can still write."""
    copies.update(state=CopyState.ENDING, state_since=timezone.now(), looked_again=False)
