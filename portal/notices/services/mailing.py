"""The worker's second part: e-mails. What is due for a person goes out as one message."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ingestion.aws.errors import AwsError
from portal.accounts.limits import Limit
from portal.accounts.models import User
from portal.notices.limits import within
from portal.notices.models import Notice
from portal.notices.paths import path_of
from portal.notices.texts import text_of

log = logging.getLogger(__name__)
PEOPLE = 100  # asked for at once
BUDGET = 30.0  # seconds of one run
TOGETHER = 50  # notices of one message
ATTEMPTS = 6
LEASE = timedelta(minutes=5)  # a message that failed, or whose sender died, is tried again after that


def mail_due() -> int:
    """Sends each person one message with all that is due, while there is time; how many were sent."""
    sent, until = 0, time.monotonic() + BUDGET
    while people := _people():
        for user_id in people:
            sent += _mail(user_id)
            if time.monotonic() > until:
                return sent
    return sent


def _people() -> list[UUID]:
    """Some of those to whom something is due."""
    due = Notice.objects.filter(email_due_at__lte=timezone.now()).order_by("user_id")
    return list(due.values_list("user_id", flat=True).distinct()[:PEOPLE])


def _mail(user_id: UUID) -> bool:
    user = User.objects.select_related("membership").get(pk=user_id)
    notices = _claimed(user)
    if not notices:
        return False
    try:
        with override(user.language or settings.LANGUAGE_CODE):
            _message(user, notices).send()
    except (AwsError, OSError) as error:
        log.warning("an e-mail about %s notices was not sent (%s)", len(notices), type(error).__name__)
        return False
    sent = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    sent.update(emailed_at=timezone.now(), email_due_at=None)
    return True


@transaction.atomic
def _claimed(user: User) -> list[Notice]:
    """The person's due notices, not due again before a while.

    None of an institution they have left, nor of what they no longer see.
    """
    now = timezone.now()
    due = Notice.objects.select_for_update(of=("self",), no_key=True).filter(user=user, email_due_at__lte=now)
    notices = list(due.select_related("announcement").order_by("id")[:TOGETHER])
    membership = getattr(user, "membership", None)
    outside = _outside(membership.limit, notices) if membership and membership.limit else frozenset()
    sendable = []
    for notice in notices:
        ours = membership and membership.institution_id == notice.announcement.institution_id
        wanted = bool(ours and user.is_active and user.email) and notice.email_attempts < ATTEMPTS
        wanted = wanted and notice.announcement_id not in outside
        notice.email_due_at = now + LEASE * 2**notice.email_attempts if wanted else None
        notice.email_attempts += 1
        notice.save(update_fields=["email_due_at", "email_attempts"])
        if wanted:
            sendable.append(notice)
    return sendable


def _outside(limit: Limit, notices: list[Notice]) -> frozenset[int]:
    """The announcements of these notices that a limited person may not hear of."""
    told = {notice.announcement_id for notice in notices}
    return frozenset(told.difference(within(limit).filter(pk__in=told).values_list("pk", flat=True)))


def _message(user: User, notices: list[Notice]) -> EmailMessage:
    """Numbers, states and links; a repeat carries the same Message-ID."""
    entries = []
    for notice in notices:
        announcement = notice.announcement
        path = path_of(announcement.event, announcement.subject_id, announcement.about)
        told = text_of(announcement.event, announcement.about)
        entries.append({"text": told, "address": settings.FUNDGATE_BASE_URL + path})
    many = _("%(count)s notices") % {"count": len(entries)}
    subject = str(entries[0]["text"].title) if len(entries) == 1 else many  # type: ignore[attr-defined]
    body = render_to_string(
        "emails/notices.txt",
        {"user": user, "entries": entries, "portal": settings.FUNDGATE_BASE_URL},
    )
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=f"[Fundgate] {subject}",
        body=body,
        to=[user.email],
        headers={
            "Message-ID": f"<notice-{notices[0].pk}-{len(notices)}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
