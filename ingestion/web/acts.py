"""The audit record of what a person does with a submission."""

from typing import Any

from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.audit.services import record
from portal.audit.tags import AuditTag


def record_act(actor: Actor, submission: Submission, tag: AuditTag, detail: dict[str, Any]) -> None:
    """Write it, inside the transaction of the act; `detail` holds ids, states and counts, no values."""
    record(
        tag=tag,
        institution_id=submission.institution_id,
        actor_id=actor.user.id,
        subject_id=submission.id,
        address=actor.address,
        detail=detail,
    )
