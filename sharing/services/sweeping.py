"""Strays: what lies in an exchange bucket and no copy accounts for. The janitor asks, and deletes them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ingestion.aws.layout import CopyPlace, DisclosedPlace
from portal.accounts.models import Institution
from portal.audit.services import record
from portal.audit.tags import AuditTag
from sharing.models import Copy, Disclosure, Sweep
from sharing.states import CopyState

LOOK_EVERY = timedelta(hours=6)


@dataclass(frozen=True)
class Strays:
    """What is to be deleted: places of copies or rulebooks, of whom, and names that the portal never gave.

    `versions` are asked for: what S3 then refuses to delete is found, and recorded, at the next look.
    """

    owners: list[str]
    places: int
    nameless: int
    versions: int


def to_look_through() -> tuple[str, str, datetime | None] | None:
    """Whose exchange bucket to look through now, behind which key, and when it was last; None if all were."""
    due = Q(exchange_sweep=None) | Q(exchange_sweep__looked_at__lt=timezone.now() - LOOK_EVERY)
    waiting = Institution.objects.filter(due | ~Q(exchange_sweep__after=""))
    oldest = F("exchange_sweep__looked_at").asc(nulls_first=True)
    rows = waiting.order_by(oldest, "code")
    found = rows.values_list("code", "exchange_sweep__after", "exchange_sweep__looked_at").first()
    return (found[0], found[1] or "", found[2]) if found else None


@transaction.atomic
def looked_through(
    recipient: Institution, after: str, *, since: datetime | None, strays: Strays
) -> datetime | None:
    """Notes how far its bucket was looked through, "" for to its end, and records what is deleted there now.

    `since`: when it had last been, as the question said. None where that was noted already, else the moment
    that stands there now: whoever is told it deletes, and nobody else.
    """
    moment = timezone.now()
    now = {"after": after, "looked_at": moment}
    if since is None:
        _row, noted = Sweep.objects.get_or_create(institution=recipient, defaults=now)
    else:
        noted = Sweep.objects.filter(institution=recipient, looked_at=since).update(**now) > 0
    if not noted:
        return None
    if strays.places or strays.nameless:
        record(
            tag=AuditTag.STRAYS_DELETED,
            institution_id=recipient.pk,
            actor_id=None,
            subject_id=recipient.pk,
            detail=asdict(strays),
        )
    return moment


def strays_among(recipient: Institution, places: Sequence[CopyPlace]) -> list[int]:
    """Which of these places in its bucket no copy accounts for, by their number.

    Asked after the names were listed: what is copied from now on is not among them.
    """
    near = Copy.objects.filter(
        grant__recipient=recipient,
        grant__in={place.grant for place in places},
        submission__in={place.submission for place in places},
    ).select_related("grant__owner")
    copies = {(str(copy.grant_id), str(copy.submission_id)): copy for copy in near}
    return [
        number
        for number, place in enumerate(places)
        if not _accounts_for(copies.get((place.grant, place.submission)), place)
    ]


def undisclosed_among(owner: Institution, rulebooks: Sequence[DisclosedPlace]) -> list[int]:
    """Which of these rulebooks in its bucket nobody disclosed to this institution, by their number."""
    known = Disclosure.objects.filter(
        owner=owner, acceptance__rulebook__sha256__in={place.sha256 for place in rulebooks}
    )
    told = set(known.values_list("acceptance__institution__code", "acceptance__rulebook__sha256"))
    return [number for number, place in enumerate(rulebooks) if (place.recipient, place.sha256) not in told]


def _accounts_for(copy: Copy | None, place: CopyPlace) -> bool:
    """Whether a copy says that its files lie there, may soon, or are being deleted already.

    An attempt before the one that was delivered is shown to nobody.
    """
    if copy is None or copy.grant.owner.code != place.owner:
        return False
    if copy.state == CopyState.DONE:
        return place.attempt >= copy.attempt
    return copy.state != CopyState.GONE or not copy.looked_again
