"""Which files an acceptance reaches, and which acceptances a file is within reach of."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from ingestion.pipeline.card import reaches_later
from ingestion.review.models import Acceptance
from ingestion.review.states import Reach, State
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState


def reaches(acceptance: Acceptance, submission: Submission) -> bool:
    """Whether a file is one that the acceptance is for, be there findings or not."""
    if acceptance.submission_id == submission.pk:
        return True
    earlier = acceptance.submission
    if acceptance.institution_id != submission.institution_id or submission.number < earlier.number:
        return False
    return reaches_later(
        acceptance,
        template=submission.template,
        delivery_key=submission.delivery_key,
        card=submission.index_card,
    )


def within_reach(submission: Submission, today: date | None = None) -> list[Acceptance]:
    """The acceptances and requests that reach a file and have not passed their last day, oldest first."""
    today = today or timezone.now().date()
    same = Q(submission=submission)
    if submission.delivery_key:
        same |= Q(delivery_key=submission.delivery_key)
    if submission.template:
        same |= Q(template=submission.template, reach=Reach.FOLLOWING)
    found = (
        Acceptance.objects.filter(same, institution_id=submission.institution_id, until__gte=today)
        .exclude(state=State.REFUSED)
        .select_related("submission", "lapsed_with")
        .order_by("requested_at")
    )
    return [acceptance for acceptance in found if reaches(acceptance, submission)]


def files_in_reach(acceptance: Acceptance) -> list[Submission]:
    """The checked files an acceptance is for, oldest first."""
    candidates = Submission.objects.filter(pk=acceptance.submission_id)
    if acceptance.reach != Reach.FILE:
        candidates = Submission.objects.filter(
            institution_id=acceptance.institution_id,
            template=acceptance.template,
            number__gte=acceptance.submission.number,
        )
    checked = candidates.filter(state=SubmissionState.COMPLETED).order_by("number")
    return [submission for submission in checked.iterator() if reaches(acceptance, submission)]
