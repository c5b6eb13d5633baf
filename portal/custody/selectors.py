"""Reads for administrators: take-outs, how long things are kept, what is gone when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from ingestion.aws.clients import client
from ingestion.aws.errors import AccessDenied
from ingestion.aws.errors import NotFound as Missing
from ingestion.web.models import Submission
from ingestion.web.selectors import submissions_for
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.custody.models import Part, RetentionWish, TakeOut
from portal.custody.retention import Kept, Month, kept_of, months_of


@dataclass(frozen=True)
class Totals:
    """Of a take-out's parts so far; `bytes` before they are packed."""

    parts: int
    taken: int
    objects: int
    bytes: int
    missing: int
    differing: int


def takeouts_for(actor: Actor) -> QuerySet[TakeOut]:
    """Newest first."""
    return TakeOut.objects.filter(institution=actor.require(Role.ADMIN)).select_related("started_by")


def get_takeout(actor: Actor, takeout_id: UUID) -> TakeOut:
    """One of them; NotFound for anybody else's."""
    found = takeouts_for(actor).select_related("institution").filter(pk=takeout_id).first()
    if found is None:
        raise NotFound(_("This take-out does not exist."))
    return found


def parts_of(takeout: TakeOut) -> QuerySet[Part]:
    return takeout.parts.select_related("taken_by")


def totals_of(takeout: TakeOut) -> Totals:
    """How much was found, and how much of it was fetched."""
    return totals_by([takeout])[takeout.pk]


def totals_by(takeouts: Iterable[TakeOut]) -> dict[UUID, Totals]:
    """The same of several, by their ids."""
    ids = [one.pk for one in takeouts]
    found = dict.fromkeys(ids, Totals(0, 0, 0, 0, 0, 0))
    rows = Part.objects.filter(takeout__in=ids).order_by().values_list("takeout")
    for pk, *sums in rows.annotate(
        Count("pk"),
        Count("taken_at"),
        Sum("objects_counted"),
        Sum("bytes"),
        Sum("missing"),
        Sum("differing"),
    ):
        found[pk] = Totals(*sums)
    return found


def wishes_for(actor: Actor) -> QuerySet[RetentionWish]:
    """What was asked for of retention, newest first."""
    return RetentionWish.objects.filter(institution=actor.require(Role.ADMIN)).select_related("asked_by")


def open_wish(actor: Actor) -> RetentionWish | None:
    """The one that was neither applied nor set aside."""
    return wishes_for(actor).filter(applied_at=None, set_aside_at=None).first()


def get_open_wish(actor: Actor, wish_id: UUID) -> RetentionWish:
    """One that was neither applied nor set aside, its row locked; NotFound otherwise."""
    still = wishes_for(actor).filter(applied_at=None, set_aside_at=None)
    found = still.select_for_update(of=("self",), no_key=True).filter(pk=wish_id).first()
    if found is None:
        raise NotFound(_("This request does not exist, or it is over."))
    return found


def retention_of(actor: Actor) -> list[Kept]:
    """How long each bucket keeps things, as the bucket itself says to this person. AwsError."""
    institution = actor.require(Role.ADMIN)
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    return kept_of(s3, settings.FUNDGATE_ACCOUNT_ID, institution.code)


def retention_said(actor: Actor) -> list[Kept]:
    """The same; nothing where the buckets do not say it, as with a stack that was not updated yet."""
    try:
        return retention_of(actor)
    except (AccessDenied, Missing):
        return []


def kept_deliveries(actor: Actor) -> QuerySet[Submission]:
    """What lies in the buckets until its retention is over, oldest first; checks go after a week."""
    actor.require(Role.ADMIN)
    return submissions_for(actor).filter(check_only=False).order_by("created_at", "number")


def delivered_by_day(actor: Actor) -> dict[date, int]:
    """How many of these came on each day, in UTC as the buckets count."""
    days = kept_deliveries(actor).order_by().annotate(day=TruncDate("created_at", tzinfo=UTC))
    return dict(days.values_list("day").annotate(n=Count("pk")).values_list("day", "n"))


def gone_by_month(actor: Actor, kept: list[Kept]) -> list[Month]:
    """When how many of them are gone for good, soonest first; nothing where it is not known how long."""
    handed_in = next((one for one in kept if one.area == "landing"), None)
    return months_of(delivered_by_day(actor), handed_in) if handed_in else []
