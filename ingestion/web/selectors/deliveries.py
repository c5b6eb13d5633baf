"""Deliveries: what counts, what is current, and the chain of those that replaced each other."""

from django.db.models import QuerySet

from ingestion.web.models import Submission
from ingestion.web.selectors.submissions import submissions_for
from ingestion.web.states import State
from portal.accounts.reader import Reader


def deliveries_for(actor: Reader) -> QuerySet[Submission]:
    """The institution's checked files that count: neither withdrawn nor only checked. Newest first."""
    return submissions_for(actor).filter(state=State.COMPLETED, check_only=False)


def current_deliveries_for(actor: Reader) -> QuerySet[Submission]:
    """Those that no newer delivery of the same funds, template and date has replaced."""
    return deliveries_for(actor).filter(superseded_by=None)


def chain_of(actor: Reader, submission: Submission) -> list[Submission]:
    """Every delivery of the same funds, template and date, newest first, also withdrawn ones; itself too."""
    if not submission.delivery_key:
        return [submission]
    same = submissions_for(actor).filter(delivery_key=submission.delivery_key).exclude(verdict="")
    return list(same.order_by("-number"))


def replaced_by(actor: Reader, submission: Submission) -> list[Submission]:
    """The deliveries it took the place of, newest first; none while it does not count itself."""
    if not submission.delivery_key or submission.state != State.COMPLETED:
        return []
    same = submissions_for(actor).filter(
        delivery_key=submission.delivery_key, state=State.COMPLETED, number__lt=submission.number
    )
    return list(same.order_by("-number"))


def corrections_of(actor: Reader, submission: Submission) -> list[Submission]:
    """What was saved as a correction of it, newest first."""
    return list(submissions_for(actor).filter(corrects=submission).order_by("-number"))
