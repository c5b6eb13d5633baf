"""The worker's third part: sending webhooks, again and ever later, until one is taken or enough was tried."""

import logging
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.notices.events import Event
from portal.notices.models import Delivery, DeliveryAttempt
from portal.notices.post import Answer, post
from portal.notices.services.announcing import announce
from portal.notices.wire import body_of, headers_of

log = logging.getLogger(__name__)
# before the second, third ... attempt; the sweep looks once a minute
PAUSES = [timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600)]
LEASE = timedelta(minutes=2)  # until then no other worker takes a delivery that is being sent
BUDGET = 60.0  # seconds of one run
SLOW = 2000  # milliseconds; who takes longer waits for the next run, so that the others need not
GONE = 410
_at_it = threading.Lock()  # one thread of this process sends, the others are there for the runs


def deliver_due() -> int:
    """Sends every delivery that is due; the number sent. One that fails or is slow waits for the next run."""
    if not _at_it.acquire(blocking=False):
        return 0
    try:
        return _deliver_due(time.monotonic() + BUDGET)
    finally:
        _at_it.release()


def _deliver_due(until: float) -> int:
    waiting: set[UUID] = set()
    sent = 0
    while time.monotonic() < until:
        due = Delivery.objects.filter(next_at__lte=timezone.now()).exclude(endpoint_id__in=waiting)
        delivery = due.select_related("endpoint__institution", "announcement").order_by("next_at").first()
        if delivery is None:
            break
        if not _claimed(delivery):
            continue
        if not delivery.endpoint.active or delivery.endpoint.removed_at:
            _settle(delivery, Delivery.State.FAILED)
            continue
        try:
            answer = _deliver(delivery)
            prompt = answer.ok and answer.milliseconds <= SLOW
        except Exception as error:  # noqa: BLE001 - whatever it is, the others' deliveries go on
            log.error("delivery %s broke off (%s)", delivery.pk, type(error).__name__)
            _break_off(delivery)
            prompt = False
        if not prompt:
            waiting.add(delivery.endpoint_id)
        sent += 1
    return sent


def _claimed(delivery: Delivery) -> bool:
    """Whether it is ours now: whoever moves the time on has it."""
    mine = Delivery.objects.filter(pk=delivery.pk, next_at=delivery.next_at)
    return bool(mine.update(next_at=timezone.now() + LEASE))


def _deliver(delivery: Delivery) -> Answer:
    body = body_of(delivery)
    headers = headers_of(delivery, body, timezone.now())
    answer = post(delivery.endpoint.url, body, headers, local=settings.FUNDGATE_WEBHOOKS_MAY_BE_LOCAL)
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            delivery=delivery, status=answer.status, code=answer.code, milliseconds=answer.milliseconds
        )
        delivery.tries += 1
        _after(delivery, answer)
    return answer


def _after(delivery: Delivery, answer: Answer) -> None:
    if answer.ok:
        _settle(delivery, Delivery.State.DELIVERED)
    elif answer.status == GONE or delivery.tries > len(PAUSES) or delivery.announcement_id is None:
        _settle(delivery, Delivery.State.FAILED)
        if delivery.announcement_id is not None:
            _tell_admins(delivery)
    else:
        _put_off(delivery)


@transaction.atomic
def _break_off(delivery: Delivery) -> None:
    """Counts a try that ended in an error of our own, so that it is not repeated for ever."""
    current = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery.pk).first()
    if current is None:
        return
    DeliveryAttempt.objects.create(delivery=current, code="BROKE_OFF")
    current.tries += 1
    if current.tries > len(PAUSES) or current.announcement_id is None:
        _settle(current, Delivery.State.FAILED)
    else:
        _put_off(current)


def _put_off(delivery: Delivery) -> None:
    delivery.next_at = timezone.now() + PAUSES[delivery.tries - 1]
    delivery.save(update_fields=["tries", "next_at"])


def _settle(delivery: Delivery, state: Delivery.State) -> None:
    delivery.state, delivery.next_at = state, None
    delivery.save(update_fields=["state", "tries", "next_at"])


def _tell_admins(delivery: Delivery) -> None:
    """Once a day for each endpoint."""
    endpoint = delivery.endpoint
    host = urlsplit(endpoint.url).hostname or ""
    announce(
        Event.WEBHOOK_FAILING,
        institution_id=endpoint.institution_id,
        subject_id=endpoint.id,
        about={"host": host[:80]},
        key=f"{endpoint.id} {timezone.now():%Y-%m-%d}",
    )
