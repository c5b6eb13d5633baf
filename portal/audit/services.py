"""Writing the audit trail."""

from typing import Any
from uuid import UUID

from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common import request_id


def record(
    *,
    tag: AuditTag,
    institution_id: UUID | None,
    actor_id: UUID | None,
    subject_id: UUID | str | None,
    address: str | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditRecord:
    """Appends one record; called inside the transaction of the act: no act without its record."""
    identity = request_id.current()
    return AuditRecord.objects.create(
        tag=AuditTag(tag),
        institution_id=institution_id,
        actor_id=actor_id,
        subject_id="" if subject_id is None else str(subject_id),
        address=address or None,
        request_id="" if identity == "-" else identity,
        detail=detail or {},
    )
