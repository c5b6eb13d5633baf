"""What is owed under a grant: one row for each delivery that falls under it, until it is copied."""

from collections.abc import Iterable, Sequence

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
    covered = covered_by(grant, current_of(grant))
    there = dict(
        Copy.objects.filter(grant=grant).exclude(state=CopyState.GONE).values_list("submission", "attempt")
    )
    known = set(Copy.objects.filter(grant=grant).values_list("submission", flat=True))
    new = [(grant, each) for each in covered if each.pk not in known]
    _owe_new(new)
    near = [each for each in covered if each.pk in known and there.get(each.pk, 0) < each.attempt]
    return len(new) + sum(len(_owe_again(each, [grant])) for each in near)


def owe(submission: Submission) -> list[Grant]:
    """Owes a delivery under every grant that flows and covers it; those grants.

    Called in the transaction in which it comes to its verdict or is released; may be called twice.
    """
    _end_what_falls_no_more(submission)
    grants = falls_under(grants_that_flow(submission.institution), submission)
    known = set(Copy.objects.filter(submission=submission, grant__in=grants).values_list("grant", flat=True))
    new = [grant for grant in grants if grant.pk not in known]
    _owe_new((grant, submission) for grant in new)
    return new + _owe_again(submission, [grant for grant in grants if grant.pk in known])


def owe_under(grant: Grant, submission: Submission) -> None:
    """The same under one grant: what lay there is deleted for good now."""
    flowing = grants_that_flow(submission.institution).filter(pk=grant.pk)
    _owe_again(submission, falls_under(flowing, submission))


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


def _owe_new(pairs: Iterable[tuple[Grant, Submission]]) -> None:
    now = timezone.now()
    Copy.objects.bulk_create(
        (
            Copy(grant=grant, submission=each, attempt=each.attempt, state_since=now, owed_at=now)
            for grant, each in pairs
        ),
        batch_size=500,
        ignore_conflicts=True,
    )


def _owe_again(submission: Submission, grants: Sequence[Grant]) -> list[Grant]:
    """Those of these grants under which its copy is to be made once more."""
    # what lies there is of an earlier attempt, or all was deleted and nobody still writes
    stale = Q(attempt__lt=submission.attempt, state__in=[CopyState.OWED, CopyState.DONE])
    deleted = Q(state=CopyState.GONE, looked_again=True)
    rows = Copy.objects.select_for_update(no_key=True).order_by("pk")  # they stay so until they are changed
    near = rows.filter(stale | deleted, submission=submission, grant__in=grants)
    found = Copy.objects.filter(pk__in=list(near.values_list("pk", flat=True)))
    # what was handed on stays until the later attempt has passed what the recipient asks, too
    again = dict(found.exclude(~passed(), state=CopyState.DONE).values_list("grant", "pk"))
    now = timezone.now()
    Copy.objects.filter(pk__in=again.values()).update(
        attempt=submission.attempt, state=CopyState.OWED, state_since=now, owed_at=now, looked_again=False
    )
    return [grant for grant in grants if grant.pk in again]


def end(copies: QuerySet[Copy]) -> None:
    """They are to be deleted, and their place is looked at once more when nobody can still write."""
    copies.update(state=CopyState.ENDING, state_since=timezone.now(), looked_again=False)
