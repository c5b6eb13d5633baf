"""What is owed outside of a run: copied while somebody of the owner is there, and told when nobody is."""

import logging
import random
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from sharing.models import Grant
from sharing.services import telling
from sharing.services.grants import settle
from sharing.services.handing import CHUNK, fill, left_to_fill
from sharing.waiting import copies_to_fill, waiting_to_fill

log = logging.getLogger(__name__)
SECONDS = 10.0
"""After which no further grant is begun in a request."""
RUN_TIME = timedelta(minutes=15)
"""What is owed longer than this is not about to be copied by its own run."""


def fill_all(*, actor: Actor) -> int:
    """Copies some of what waits under all grants, with this person's credentials; how many wait no more.

    The grants by chance: one that cannot be filled keeps no other back, in this request or in the next.
    """
    actor.require(Role.UPLOADER)
    waiting = list(waiting_to_fill(actor).order_by().values_list("grant", flat=True).distinct())
    if waiting:
        actor.credentials()  # without any no grant is tried
    done, until = 0, time.monotonic() + SECONDS
    for grant_id in random.sample(waiting, len(waiting)):
        if done >= CHUNK or time.monotonic() > until:
            break
        before = copies_to_fill().filter(grant=grant_id).count()
        done += max(0, before - _left(actor, grant_id, CHUNK - done))
    return done


def tell_of_waiting() -> int:
    """Tells the owners of what no run copied and nobody signed in has copied since; how many grants.

    Each once until it is filled, however often this runs. Such a grant is not active any more.
    """
    told, since = 0, timezone.now() - RUN_TIME
    waiting = copies_to_fill().filter(owed_at__lt=since).order_by().values_list("grant", flat=True).distinct()
    for grant_id in list(waiting):
        try:
            told += _tell(grant_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are told
            log.error("nobody is told what waits under %s (%s)", grant_id, type(error).__name__)
    return told


@transaction.atomic
def _tell(grant_id: UUID) -> bool:
    rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "recipient")
    grant = rows.get(pk=grant_id)
    waits = left_to_fill(grant) > 0
    if waits:
        settle(grant)
    return waits and telling.tell_of_waiting(grant)


def _left(actor: Actor, grant_id: UUID, most: int) -> int:
    """Fills one grant; how many are left, also when it broke off."""
    try:
        return fill(actor=actor, grant_id=grant_id, most=most)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other grants are filled
        log.error("grant %s could not be filled (%s)", grant_id, type(error).__name__)
    return copies_to_fill().filter(grant=grant_id).count()
