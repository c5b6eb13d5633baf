"""Writing the audit trail."""

from typing import Any
from uuid import UUID

from django.db import transaction

from portal.audit.chain import START, chain_of, hash_of
from portal.audit.models import AuditHead, AuditRecord
from portal.audit.tags import AuditTag
from portal.common import request_id
from portal.common.time import now


def record(
    *,
    tag: AuditTag,
    institution_id: UUID | None,
    actor_id: UUID | None,
    subject_id: UUID | str | None,
    address: str | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditRecord:
    """Appends one record; called inside the transaction of the act: no act without its record.

    The institution's chain is held until that transaction ends; no other institution waits. So it comes after
    every other lock: who writes a record and then waits for a row, waits for those who wait for the chain.
    """
    identity = request_id.current()
    return _appended(
        tag=AuditTag(tag),
        institution_id=institution_id,
        actor_id=actor_id,
        subject_id="" if subject_id is None else str(subject_id),
        address=address or None,
        request_id="" if identity == "-" else identity,
        detail=detail or {},
    )


@transaction.atomic(savepoint=False)
def _appended(*, institution_id: UUID | None, **fields: Any) -> AuditRecord:
    """The record at the end of its institution's chain."""
    head = _held(chain_of(institution_id))
    fields |= {
        "institution_id": institution_id,
        "at": now(),
        "number": head.number + 1,
        "previous": head.hash,
    }
    made = AuditRecord.objects.create(**fields, hash=hash_of(**fields))
    AuditHead.objects.filter(pk=head.pk).update(number=made.number, hash=made.hash)
    return made


def _held(chain: str) -> AuditHead:
    """The end of a chain, its row locked; a chain begins with its first record."""
    heads = AuditHead.objects.select_for_update(no_key=True)
    head = heads.filter(pk=chain).first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(chain=chain, hash=START)], ignore_conflicts=True)
        head = heads.get(pk=chain)
    return head
