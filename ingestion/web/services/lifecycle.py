"""Changing the state of a submission: the only place that does."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from ingestion.web.models import Submission, Transition
from ingestion.web.services.telling import tell
from ingestion.web.states import ALLOWED_TRANSITIONS, State


def locked(submission_id: UUID | str) -> Submission:
    """The submission's row, locked until the transaction ends; Submission.DoesNotExist if there is none.

    Rows that only refer to it may be written meanwhile: who holds the lock may wait for who writes them.
    """
    rows = Submission.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("institution").get(pk=submission_id)


def change(
    submission: Submission, to: State, *, reason: str = "", actor_id: UUID | None = None, **fields: Any
) -> bool:
    """Moves a locked submission and sets the fields with it.

    False and no effect when the table does not allow it.
    """
    current = State(submission.state)
    if to not in ALLOWED_TRANSITIONS[current]:
        return False
    for name, value in fields.items():
        setattr(submission, name, value)
    submission.state = to
    submission.state_since = timezone.now()
    submission.save()
    Transition.objects.create(
        submission=submission,
        attempt=submission.attempt,
        from_state=current,
        to_state=to,
        code=reason,
        actor_id=actor_id,
        at=submission.state_since,
    )
    tell(submission, actor_id=actor_id)
    return True
