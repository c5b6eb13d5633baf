"""Reads: a person's own notices, an institution's webhooks for its admins."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.limits import within
from portal.notices.manners import manners_of
from portal.notices.models import Announcement, Delivery, Endpoint, Notice, Preference

MOST_COUNTED = 100


@dataclass(frozen=True)
class Wish:
    """What a person, or everybody by default, is told of one event, and when by e-mail."""

    event: Event
    reach: Reach
    mail: Mail


def notices_for(actor: Actor) -> QuerySet[Notice]:
    """The person's own notices of the institution they act for, newest first; within their limit."""
    mine = Notice.objects.filter(user=actor.user, announcement__institution=actor.require(Role.VIEWER))
    if actor.limit is not None:
        mine = mine.filter(announcement__in=within(actor.limit))
    return mine.select_related("announcement")


def announcements_for(reader: Reader) -> QuerySet[Announcement]:
    """What every member of the institution can be told of, newest first: what there is for a program."""
    told = [event for event, manner in MANNERS.items() if manner.least == Role.VIEWER]
    of_it = Announcement.objects.filter(institution=reader.reads(Scope.NOTICES))
    return of_it.filter(event__in=told).order_by("-id")


def get_notice(actor: Actor, notice_id: int) -> Notice:
    """One notice of this person; NotFound for everybody else's."""
    found = notices_for(actor).filter(pk=notice_id).first()
    if found is None:
        raise NotFound(_("This notice does not exist."))
    return found


def unread_count(actor: Actor) -> int:
    """How many notices the person has not read, at most MOST_COUNTED."""
    unread = notices_for(actor).filter(read_at__isnull=True).order_by()
    return unread[:MOST_COUNTED].count()


def wishes_of(actor: Actor) -> list[Wish]:
    """What the person is told of: each event of which members in their role can say how."""
    own = {one.event: one for one in Preference.objects.filter(user=actor.user)}
    by_default = manners_of(actor.require(Role.VIEWER).pk)
    wishes = []
    for event, manner in MANNERS.items():
        if manner.always or not actor.may(manner.least):
            continue
        chosen = own.get(event)
        reach, mail = (Reach(chosen.reach), Mail(chosen.mail)) if chosen else by_default[event]
        reach = reach if reach in manner.reaches else Reach.NONE  # what concerns nobody reaches nobody so
        wishes.append(Wish(event, reach, mail))
    return wishes


def defaults_for(actor: Actor) -> list[Wish]:
    """What everybody of the institution is told of who has not chosen otherwise."""
    by_default = manners_of(actor.require(Role.ADMIN).pk)
    return [Wish(event, *told) for event, told in by_default.items() if not MANNERS[event].always]


def endpoints_for(actor: Actor) -> QuerySet[Endpoint]:
    """The institution's webhooks that were not removed."""
    return Endpoint.objects.filter(institution=actor.require(Role.ADMIN), removed_at__isnull=True)


def get_endpoint(actor: Actor, endpoint_id: UUID) -> Endpoint:
    """One webhook of the actor's institution; NotFound for everybody else's."""
    found = endpoints_for(actor).select_related("institution", "created_by").filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound(_("This webhook does not exist."))
    return found


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What was sent there or is about to be, newest first, with each attempt."""
    return (
        Delivery.objects.filter(endpoint=endpoint)
        .select_related("announcement")
        .prefetch_related("attempts")
        .order_by("-created_at", "id")
    )


def get_delivery(actor: Actor, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One delivery of a webhook of the actor's institution; NotFound for everybody else's."""
    found = deliveries_of(get_endpoint(actor, endpoint_id)).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound(_("This delivery does not exist."))
    return found
