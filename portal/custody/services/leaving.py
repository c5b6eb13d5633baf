"""Off-boarding: an institution leaves, and only what must be kept of it stays, for nobody to read."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Institution
from portal.accounts.onboarding import remove_everybody
from portal.accounts.selectors import institution_by_code
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.custody.errors import DepartureFailed
from portal.custody.held import unlocked
from portal.custody.models import Departure, TakeOut
from portal.custody.selectors import totals_of
from portal.custody.signals import departed
from portal.notices.services import remove_endpoints_of
from sharing.services import end_all_of


@dataclass(frozen=True)
class Farewell:
    """What this run ended; of a second run mostly nothing."""

    institution: Institution
    grants: int
    webhooks: int
    members: int


def offboard(*, code: str, reason: str, without_take_out: bool = False) -> Farewell:
    """Ends its grants, webhooks and memberships. DepartureFailed, OnboardingFailed; may be run again.

    From the first step on nobody acts for it any more. Its stack stays: key, buckets, their retention.
    """
    institution = institution_by_code(code)
    if institution is None:
        raise DepartureFailed(f"There is no institution {code}.")
    if not Departure.objects.filter(institution=institution).exists():
        if not without_take_out and not _has_all(institution):
            raise DepartureFailed(
                f"{code} has fetched no complete take-out yet, and nobody can read its data afterwards. Let "
                "one of its administrators take it out, or say --without-take-out."
            )
        if waiting := unlocked(institution.pk).count():
            raise DepartureFailed(
                f"{code} holds deliveries, and {waiting} of them are not locked in its stores: nobody could "
                "do it afterwards, and retention would delete them. Let one of its administrators lock them "
                "under Institution, Legal hold, once their runs are over, or two of them release the hold."
            )
        _depart(institution, reason)
    departure = Departure.objects.get(institution=institution)
    grants = end_all_of(institution, reason=departure.reason)
    webhooks = remove_endpoints_of(institution.pk)
    departed.send(Institution, institution=institution)
    return Farewell(institution, grants, webhooks, remove_everybody(institution))


@transaction.atomic
def _depart(institution: Institution, reason: str) -> None:
    why = reason.strip()[:300]
    Departure.objects.create(institution=institution, at=timezone.now(), reason=why)
    for chain in (institution.pk, None):  # its own trail, and the platform's
        record(
            tag=AuditTag.INSTITUTION_LEFT,
            institution_id=chain,
            actor_id=None,
            subject_id=institution.pk,
            detail={"code": institution.code, "reason": why},
        )


def _has_all(institution: Institution) -> bool:
    """Whether the latest take-out is there in all its parts."""
    latest = TakeOut.objects.filter(institution=institution).first()
    if latest is None or latest.state != TakeOut.State.READY:
        return False
    totals = totals_of(latest)
    return totals.taken == totals.parts
