"""The audit records of what a person does with a submission, and of what its run did."""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Act:
    """What a run did: nobody in person; recorded once the transaction has every other lock it needs."""

    tag: AuditTag
    submission: Submission
    detail: dict[str, Any]


def record_all(acts: Iterable[Act]) -> None:
    """Write them, at the end of their transaction."""
    for act in acts:
        record(
            tag=act.tag,
            institution_id=act.submission.institution_id,
            actor_id=None,
            subject_id=act.submission.id,
            detail=act.detail,
        )
