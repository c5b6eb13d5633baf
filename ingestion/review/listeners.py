"""What the ingestion app tells this one."""

from typing import Any

from ingestion.review import services
from ingestion.web.models import Submission


def described(submission: Submission, tally: dict[str, Any] | None, **_: Any) -> None:
    """Publish said what it counted."""
    services.one_at_a_time(submission.institution_id)
    services.keep_tally(submission, tally)
    services.settle(submission)


def concluded(submission: Submission, **_: Any) -> None:
    """There is a verdict."""
    services.settle(submission)


def swept(**_: Any) -> None:
    """A minute has passed."""
    services.end_what_is_due()
