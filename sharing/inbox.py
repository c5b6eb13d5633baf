"""What an institution received, from the database alone: versions of a delivery, what nobody opened yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.reader import Reader
from portal.accounts.roles import Role
from portal.audit.selectors import records_of_institution
from portal.audit.tags import AuditTag
from sharing.models import Copy
from sharing.selectors import received_for

OPENED = (AuditTag.RECEIVED_VIEWED, AuditTag.RECEIVED_DOWNLOADED)
RECENT = timedelta(days=30)
"""How far back what nobody opened is called up."""


@dataclass(frozen=True)
class Version:
    """Where a copy stands among those received of the same funds, template and date; numbers from 1."""

    number: int
    total: int
    before: Copy | None
    after: Copy | None


def newest_received(actor: Reader) -> QuerySet[Copy]:
    """Those that no received copy of a newer delivery replaces."""
    others = received_for(actor).filter(submission__institution=OuterRef("submission__institution"))
    newer = others.filter(
        submission__delivery_key=OuterRef("submission__delivery_key"),
        submission__number__gt=OuterRef("submission__number"),
    ).exclude(submission__delivery_key="")
    return received_for(actor).exclude(Exists(newer.order_by()))


def owners_of(actor: Actor) -> QuerySet[Institution]:
    """Institutions of which there is something to read."""
    owners = received_for(actor).order_by().values("grant__owner")
    return Institution.objects.filter(pk__in=owners).order_by("name")


def versions_of(actor: Reader, copies: Iterable[Copy]) -> dict[int, Version]:
    """By the key of each copy; a delivery that came under two grants is one version."""
    asked = list(copies)
    keys = {copy.submission.delivery_key for copy in asked} - {""}
    chains: dict[tuple[object, str], dict[int, Copy]] = {}
    for one in received_for(actor).filter(submission__delivery_key__in=keys):
        sent = one.submission
        chains.setdefault((sent.institution_id, sent.delivery_key), {}).setdefault(sent.number, one)
    found = {}
    for copy in asked:
        sent = copy.submission
        chain = chains.get((sent.institution_id, sent.delivery_key), {sent.number: copy})
        numbers = sorted(chain)
        place = numbers.index(sent.number)
        found[copy.pk] = Version(
            place + 1,
            len(numbers),
            chain[numbers[place - 1]] if place else None,
            chain[numbers[place + 1]] if place + 1 < len(numbers) else None,
        )
    return found


@dataclass(frozen=True)
class NotOpened:
    """How many deliveries, and the newest of them."""

    total: int
    newest: list[Copy]


def not_opened(actor: Actor, most: int) -> NotOpened:
    """What arrived lately and nobody of the institution has opened since: `most` of it, newest first."""
    institution = actor.require(Role.VIEWER)
    since = timezone.now() - RECENT
    came = newest_received(actor).filter(done_at__gte=since)
    arrived = list(came.values_list("pk", "grant", "submission", "done_at"))
    if not arrived:
        return NotOpened(0, [])
    seen = records_of_institution(institution.pk).filter(
        tag__in=OPENED,
        at__gte=since,
        actor_id__isnull=False,
        subject_id__in={str(grant) for _copy, grant, _submission, _at in arrived},
    )
    by_delivery = seen.order_by().values_list("subject_id", KeyTextTransform("submission", "detail"))
    last = {(grant, submission): at for grant, submission, at in by_delivery.annotate(last=Max("at"))}
    # since it came: what was sent once more is to be opened once more
    left = [
        copy
        for copy, grant, submission, done_at in arrived
        if (at := last.get((str(grant), str(submission)))) is None or done_at is None or at < done_at
    ]
    return NotOpened(len(left), list(received_for(actor).filter(pk__in=left[:most])))
