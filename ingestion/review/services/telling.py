"""What is announced of an acceptance: the number of the file, the rule, how many."""

from typing import Any

from ingestion.review.models import Acceptance


def told(acceptance: Acceptance) -> dict[str, Any]:
    """The facts of an announcement."""
    return {
        "submission": str(acceptance.submission_id),
        "number": acceptance.submission.number,
        "rule": acceptance.rule,
        "count": acceptance.count,
        "state": acceptance.state,
        "code": acceptance.lapse,
    }
