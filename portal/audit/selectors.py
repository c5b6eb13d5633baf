"""Reading the audit trail."""

from uuid import UUID

from django.db.models import QuerySet

from portal.audit.models import AuditRecord


def records_of_institution(institution_id: UUID) -> QuerySet[AuditRecord]:
    """An institution's records, oldest first."""
    return AuditRecord.objects.filter(institution_id=institution_id)


def records_about(*, institution_id: UUID, subject_id: UUID) -> QuerySet[AuditRecord]:
    """An institution's records about one subject (a submission, a member), oldest first."""
    return AuditRecord.objects.filter(institution_id=institution_id, subject_id=str(subject_id))
