"""What the worker does once a minute and after each announcement."""

import logging
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone
from kombu.exceptions import KombuError

from ingestion.aws.errors import AwsError
from portal.notices.models import Announcement, Delivery, Notice
from portal.notices.services.delivering import deliver_due
from portal.notices.services.mailing import mail_due
from portal.notices.services.spreading import spread_owed

log = logging.getLogger(__name__)
KEPT = timedelta(days=180)
BATCH = 500


def send_due() -> None:
    """Sends every e-mail and webhook whose time has come. May run concurrently."""
    mail_due()
    deliver_due()


def catch_up() -> None:
    """Spreads what no message spread, asks for what is due to be sent, forgets what is old."""
    spread_owed()
    now = timezone.now()
    due = Notice.objects.filter(email_due_at__lte=now), Delivery.objects.filter(next_at__lte=now)
    if any(found.exists() for found in due):
        ask_to_send()
    old = Announcement.objects.filter(spread_at__lt=now - KEPT).values_list("pk", flat=True)
    Announcement.objects.filter(pk__in=list(old[:BATCH])).delete()  # with its notices and deliveries
    tests = Delivery.objects.filter(announcement__isnull=True, created_at__lt=now - KEPT)
    Delivery.objects.filter(pk__in=list(tests.values_list("pk", flat=True)[:BATCH])).delete()


def ask_to_send() -> None:
    """Asks the worker to send what is due; without this message the sweep asks within a minute."""
    from portal.notices.tasks import send_due as task

    try:
        task.apply_async(retry=False)
    except (KombuError, AwsError, ClientError, BotoCoreError, OSError) as error:
        log.warning("what is due waits for the sweep (%s)", type(error).__name__)
