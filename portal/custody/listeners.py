"""What the ingestion app asks this one."""

from typing import Any

from ingestion.web.models import Submission
from portal.custody.errors import UnderHold
from portal.custody.held import is_held


def withdrawing(submission: Submission, **_: Any) -> None:
    """What is held is not taken back: UnderHold."""
    if is_held(submission):
        raise UnderHold
