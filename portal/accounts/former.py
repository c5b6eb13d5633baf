"""People who left: after a while name, address and subject go; their id stays, and so do their records."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from portal.accounts.models import FORMER, Membership, SealedTokens, User
from portal.audit.models import AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now

KEPT = timedelta(days=30)
"""How long somebody who was removed is still called by name: until then a mistake is found and mended."""
REMOVALS = (AuditTag.MEMBER_REMOVED, AuditTag.MEMBER_LEFT)
_BATCH = 500


def pseudonymise_who_left() -> int:
    """Takes name and address from everybody who was removed long enough ago and belongs nowhere; how many."""
    without = User.objects.filter(membership__isnull=True).exclude(subject__startswith=FORMER)
    people = list(without.exclude(user_permissions__codename="operate").values_list("pk", flat=True))
    count = 0
    for some in (people[i : i + _BATCH] for i in range(0, len(people), _BATCH)):
        for person, (institution_id, at) in _last_removals(some).items():
            if at <= now() - KEPT:
                count += _pseudonymise(person, institution_id)
    return count


def _last_removals(people: list[UUID]) -> dict[UUID, tuple[UUID | None, datetime]]:
    """From which institution each of these was removed last, and when; nobody who never was."""
    removals = AuditRecord.objects.filter(tag__in=REMOVALS, subject_id__in=[str(pk) for pk in people])
    found = removals.order_by("id").values_list("subject_id", "institution_id", "at")
    return {UUID(subject): (institution_id, at) for subject, institution_id, at in found}


@transaction.atomic
def _pseudonymise(person: UUID, institution_id: UUID | None) -> bool:
    """False when they have become a member again. Their account at the user pool is closed already."""
    user = User.objects.select_for_update(no_key=True).get(pk=person)
    if Membership.objects.filter(user=user).exists():
        return False
    SealedTokens.objects.filter(user=user).delete()
    user.name = user.email = user.language = ""
    user.timezone, user.is_active = "UTC", False
    user.subject = f"{FORMER}{user.pk}"
    user.save(update_fields=["name", "email", "language", "timezone", "is_active", "subject"])
    record(
        tag=AuditTag.FORMER_MEMBER_PSEUDONYMISED,
        institution_id=institution_id,
        actor_id=None,
        subject_id=user.pk,
    )
    return True
