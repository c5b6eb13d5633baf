"""The end of an acceptance or request: its row, its record, its announcement."""

from uuid import UUID

from django.utils import timezone

from ingestion.review.models import Acceptance
from ingestion.review.services.telling import told
from ingestion.review.states import Lapse, State
from ingestion.web.models import Submission
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce


def tell(acceptance: Acceptance) -> None:
    """The record and the announcement of a lapse that is written; after every other lock."""
    other = acceptance.lapsed_with_id
    record(
        tag=AuditTag.ACCEPTANCE_LAPSED,
        institution_id=acceptance.institution_id,
        actor_id=None,
        subject_id=acceptance.id,
        detail={"why": acceptance.lapse, "with": str(other) if other else None},
    )
    if acceptance.lapse == Lapse.GONE:
        return
    announce(
        Event.ACCEPTANCE_LAPSED,
        institution_id=acceptance.institution_id,
        subject_id=acceptance.id,
        concerns=[acceptance.requested_by_id],
        about=told(acceptance),
    )


def tell_all(lapsed: list[Acceptance]) -> None:
    """The same of several, in the order in which they lapsed."""
    for acceptance in lapsed:
        tell(acceptance)


def close(
    acceptance: Acceptance,
    why: Lapse,
    *,
    with_submission: Submission | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Writes the end of an acceptance."""
    acceptance.state, acceptance.lapse = State.LAPSED, why
    acceptance.lapsed_at, acceptance.lapsed_by_id = timezone.now(), actor_id
    acceptance.lapsed_with = with_submission
    acceptance.save(update_fields=["state", "lapse", "lapsed_at", "lapsed_by", "lapsed_with"])
