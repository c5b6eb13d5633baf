"""A delivery is taken back: its copies end, and the one that counts again is owed."""

from ingestion.review.services import one_at_a_time
from ingestion.web.models import Submission
from sharing.models import Grant
from sharing.services.grants import settle
from sharing.services.owing import end_copies_of, owe_again


def take_back(submission: Submission) -> None:
    """Within the transaction that withdraws it, the submission's row locked; the grants stay."""
    one_at_a_time(submission.institution_id)  # whoever accepts now sees what counts again, or waits
    # grants before copies, as everybody locks them
    list(Grant.objects.select_for_update(no_key=True).filter(copies__submission=submission).order_by("pk"))
    grants = end_copies_of(submission)
    owe_again(submission)
    settle(*grants)
