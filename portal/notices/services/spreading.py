"""The worker's first part: an announcement becomes notices of people and deliveries to endpoints."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.notices.clock import next_morning
from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.limits import within
from portal.notices.manners import manners_of
from portal.notices.models import Announcement, Delivery, Endpoint, Notice, Preference

log = logging.getLogger(__name__)
GRACE = timedelta(seconds=20)  # the message usually does it in far less
BATCH = 1000  # of one sweep: some ten seconds


@transaction.atomic
def spread(announcement_id: int) -> bool:
    """Makes the notices and deliveries of one announcement; False when that has been done."""
    announcement = (
        Announcement.objects.select_for_update(no_key=True)
        .filter(pk=announcement_id, spread_at__isnull=True)
        .first()
    )
    if announcement is None:
        return False
    now = timezone.now()
    Notice.objects.bulk_create(_notices(announcement, now), ignore_conflicts=True)
    Delivery.objects.bulk_create(_deliveries(announcement, now), ignore_conflicts=True)
    announcement.spread_at = now
    announcement.save(update_fields=["spread_at"])
    return True


def spread_owed() -> int:
    """Spreads what no message spread; the number of announcements."""
    owed = Announcement.objects.filter(spread_at__isnull=True, created_at__lt=timezone.now() - GRACE)
    return sum(spread(pk) for pk in list(owed.values_list("pk", flat=True)[:BATCH]))


def _notices(announcement: Announcement, now: datetime) -> Iterable[Notice]:
    """One for each member whom the event is for, within their limit, and who did not cause it."""
    event = Event(announcement.event)
    manner, concerned = MANNERS[event], {UUID(person) for person in announcement.concerns}
    by_default = manners_of(announcement.institution_id)[event]
    members = Membership.objects.select_related("user").filter(
        institution_id=announcement.institution_id, user__is_active=True
    )
    chosen = {
        one.user_id: one
        for one in Preference.objects.filter(
            event=event, user__membership__institution_id=announcement.institution_id
        )
    }
    for member in members:
        if member.user_id == announcement.actor_id:
            continue
        mine = member.user_id in concerned
        preference = None if manner.always else chosen.get(member.user_id)
        reach, mail = (preference.reach, preference.mail) if preference else by_default
        wants = reach == Reach.ALL or (reach == Reach.MINE and mine)
        if not wants or not (mine or Role(member.role).includes(manner.least)):
            continue
        if member.limit and not within(member.limit).filter(pk=announcement.pk).exists():
            continue
        due = _mail_due(mail, member.user.timezone, now) if member.user.email else None
        yield Notice(user=member.user, announcement=announcement, created_at=now, email_due_at=due)


def _mail_due(mail: str, zone: str, now: datetime) -> datetime | None:
    if mail == Mail.OFF:
        return None
    return next_morning(now, zone) if mail == Mail.DAILY else now


def _deliveries(announcement: Announcement, now: datetime) -> Iterable[Delivery]:
    endpoints = Endpoint.objects.filter(
        institution_id=announcement.institution_id, active=True, removed_at__isnull=True
    )
    for endpoint in endpoints:
        if announcement.event in endpoint.events:
            yield Delivery(
                endpoint=endpoint, announcement=announcement, event=announcement.event, next_at=now
            )
