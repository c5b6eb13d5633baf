"""Strays: what lies in an exchange bucket and no copy accounts for. The janitor asks, and deletes them."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ingestion.aws.layout import CopyPlace
from portal.accounts.models import Institution
from portal.audit.services import record
from portal.audit.tags import AuditTag
from sharing.models import Copy, Sweep
from sharing.states import CopyState

LOOK_EVERY = timedelta(hours=6)


def to_look_through() -> tuple[str, str] | None:
    """Whose exchange bucket to look through now, and behind which key; None when all were lately."""
    due = Q(exchange_sweep=None) | Q(exchange_sweep__looked_at__lt=timezone.now() - LOOK_EVERY)
    waiting = Institution.objects.filter(due | ~Q(exchange_sweep__after=""))
    oldest = F("exchange_sweep__looked_at").asc(nulls_first=True)
    found = waiting.order_by(oldest, "code").values_list("code", "exchange_sweep__after").first()
    return (found[0], found[1] or "") if found else None


def looked_through(recipient: Institution, after: str) -> None:
    """Notes how far its bucket was looked through, "" for to its end."""
    Sweep.objects.update_or_create(
        institution=recipient, defaults={"after": after, "looked_at": timezone.now()}
    )


@transaction.atomic
def strays_among(recipient: Institution, places: Sequence[CopyPlace], *, nameless: int) -> list[int]:
    """Which of these places in its bucket no copy accounts for, by their number; recorded, for they go.

    `nameless`: how many more names there are that the portal never gave. Asked after the names were
    listed: what is copied from now on is not among them.
    """
    near = Copy.objects.filter(
        grant__recipient=recipient,
        grant__in={place.grant for place in places},
        submission__in={place.submission for place in places},
    ).select_related("grant__owner")
    copies = {(str(copy.grant_id), str(copy.submission_id)): copy for copy in near}
    strays = [
        number
        for number, place in enumerate(places)
        if not _accounts_for(copies.get((place.grant, place.submission)), place)
    ]
    if strays or nameless:
        record(
            tag=AuditTag.STRAYS_DELETED,
            institution_id=recipient.pk,
            actor_id=None,
            subject_id=recipient.pk,
            detail={
                "owners": sorted({places[number].owner for number in strays}),
                "places": len(strays),
                "nameless": nameless,
            },
        )
    return strays


def _accounts_for(copy: Copy | None, place: CopyPlace) -> bool:
    """Whether a copy says that its files lie there, may soon, or are being deleted already.

    An attempt before the one that was delivered is shown to nobody.
    """
    if copy is None or copy.grant.owner.code != place.owner:
        return False
    if copy.state == CopyState.DONE:
        return place.attempt >= copy.attempt
    return copy.state != CopyState.GONE or not copy.looked_again
