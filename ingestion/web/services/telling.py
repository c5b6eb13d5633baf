"""Which changes of a submission are announced, and what is told: its number, state, verdict and counts."""

from uuid import UUID

from ingestion.web.models import Submission
from ingestion.web.states import State
from portal.notices.events import Event
from portal.notices.services import announce

ANNOUNCED = {
    State.COMPLETED: Event.SUBMISSION_COMPLETED,
    State.FAILED: Event.SUBMISSION_FAILED,
    State.NEEDS_SIGN_IN: Event.SUBMISSION_NEEDS_SIGN_IN,
    State.REFUSED: Event.SUBMISSION_REFUSED,
}


def tell(submission: Submission, *, actor_id: UUID | None) -> None:
    """Announces the state a submission has just come to, where that is news; in the change's transaction."""
    event = ANNOUNCED.get(State(submission.state))
    if event is None or submission.code == "DUPLICATE":  # who sends a file twice is told on the spot
        return
    announce(
        event,
        institution_id=submission.institution_id,
        subject_id=submission.id,
        actor_id=actor_id,
        concerns=[submission.uploaded_by_id],
        about={
            "number": submission.number,
            "attempt": submission.attempt,
            "check_only": submission.check_only,
            "state": submission.state,
            "verdict": submission.verdict,
            "code": submission.code,
            "error_count": submission.error_count,
            "warning_count": submission.warning_count,
            "info_count": submission.info_count,
            "template": submission.template,
        },
    )
