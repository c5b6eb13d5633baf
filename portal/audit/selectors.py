"""Reading the audit trail."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.audit.models import AuditHead, AuditRecord, SignedHead
from portal.audit.tags import AuditTag


def records_of_institution(institution_id: UUID) -> QuerySet[AuditRecord]:
    """An institution's records, oldest first."""
    return AuditRecord.objects.filter(institution_id=institution_id)


def records_about(*, institution_id: UUID, subject_id: UUID) -> QuerySet[AuditRecord]:
    """An institution's records about one subject (a submission, a member), oldest first."""
    return AuditRecord.objects.filter(institution_id=institution_id, subject_id=str(subject_id))


def mentioning(text: str) -> Q:
    """Records about a subject, from an address, of a request, or by their number, as a person types it."""
    found = Q(subject_id__iexact=text) | Q(request_id__iexact=text) | Q(address__startswith=text.lower())
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 16:
        found |= Q(number=int(number))
    return found


def actors_of(institution_id: UUID) -> list[UUID]:
    """Everybody who ever did something that the institution's trail holds."""
    ids = records_of_institution(institution_id).order_by().values_list("actor_id", flat=True).distinct()
    return [actor_id for actor_id in ids if actor_id is not None]


def signed_in_as(institution_id: UUID, identities: set[str]) -> dict[str, UUID]:
    """Who signed in for it under these ids of the identity pool, as far as it was recorded."""
    people = [str(person) for person in actors_of(institution_id)] if identities else []
    known = records_of_institution(institution_id).filter(
        subject_id__in=people, tag=AuditTag.SIGNED_IN, detail__identity__in=sorted(identities)
    )
    found = known.order_by().values_list("detail__identity", "actor_id").distinct()
    return {identity: person for identity, person in found if person}


def length_of(chain: str) -> int:
    """How many records a chain should have."""
    return AuditHead.objects.filter(pk=chain).values_list("number", flat=True).first() or 0


def last_signed(chain: str) -> tuple[int, datetime] | None:
    """The latest signed end of a chain, and when that was."""
    return (
        SignedHead.objects.filter(chain=chain).order_by("-number").values_list("number", "signed_at").first()
    )
