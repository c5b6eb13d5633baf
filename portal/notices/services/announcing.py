"""Announcing: a row in the transaction of the act, a message to the worker once it is committed."""

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.db import transaction
from kombu.exceptions import KombuError

from ingestion.aws.errors import AwsError
from portal.notices.events import Event, checked
from portal.notices.models import Announcement

log = logging.getLogger(__name__)


def announce(
    event: Event | str,
    *,
    institution_id: UUID,
    subject_id: UUID,
    about: Mapping[str, Any],
    actor_id: UUID | None = None,
    concerns: Collection[UUID] = (),
    key: str = "",
) -> bool:
    """Owes the institution's people and endpoints the news of an event; called inside the act's transaction.

    `about` holds ids, numbers, states and codes, else ValueError. `actor_id` did it and is not told.
    `concerns` are told even by default where an event is for whom it concerns. With a `key` the same event is
    announced once in an institution, however often this is called: False when it was before.
    """
    values = {
        "subject_id": subject_id,
        "about": checked(about),
        "concerns": [str(person) for person in concerns],
        "actor_id": actor_id,
    }
    event = Event(event)
    if key:
        made, new = Announcement.objects.get_or_create(
            institution_id=institution_id, event=event, key=key, defaults=values
        )
        if not new:
            return False
    else:
        made = Announcement.objects.create(institution_id=institution_id, event=event, **values)
    transaction.on_commit(lambda: _send(made.pk))
    return True


def announce_to_many(
    event: Event, *, subject_id: UUID, about_each: Iterable[tuple[UUID, Mapping[str, Any]]]
) -> None:
    """The same news for many institutions, each with its own `about`; it is left to the sweep."""
    Announcement.objects.bulk_create(
        (
            Announcement(
                institution_id=institution_id, event=event, subject_id=subject_id, about=checked(about)
            )
            for institution_id, about in about_each
        ),
        batch_size=500,
    )


def _send(announcement_id: int) -> None:
    """Tells the worker at once; without this message the sweep finds the row within a minute."""
    from portal.notices.tasks import spread

    try:
        spread.apply_async(args=[announcement_id], retry=False)
    except (KombuError, AwsError, ClientError, BotoCoreError, OSError) as error:
        log.warning("announcement %s waits for the sweep (%s)", announcement_id, type(error).__name__)
