"""What people hear of who are limited to some funds of their institution."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.limits import Limit
from portal.notices.events import Event, events_of
from portal.notices.models import Announcement

OF_NO_FUND = frozenset(events_of("rulebook", "webhook", "institution"))
"""Events about the institution as a whole: everybody may hear of them."""
NOT_TOLD = frozenset(events_of("access", "hold"))
"""Events about words or holds that may name any fund: nobody limited hears of them."""

Seen = Callable[[Limit], QuerySet[Any]]
_SEEN: dict[Seen, frozenset[Event]] = {}


def heard_of_seen(events: Iterable[Event], seen: Seen) -> None:
    """Says which subjects of these events are within a limit.

    Said by each app with subjects of them, when it starts; of an event without a word nobody limited hears.
    """
    _SEEN[seen] = frozenset(events)


def unsaid(**_: Any) -> list[CheckMessage]:
    """A system check: of every event it is said who may hear of it who is limited."""
    said = {*OF_NO_FUND, *NOT_TOLD}.union(*_SEEN.values())
    hint = "Call heard_of_seen when its app starts, or list it in OF_NO_FUND or NOT_TOLD."
    return [
        Error(f"Nobody says which limited members may hear of {event}.", hint=hint, id="notices.E001")
        for event in Event
        if event not in said
    ]


def within(limit: Limit) -> QuerySet[Announcement]:
    """The announcements of their institution that a person with this limit may hear of."""
    heard = Q(event__in=OF_NO_FUND)
    for seen, events in _SEEN.items():
        heard |= Q(Exists(seen(limit).filter(pk=OuterRef("subject_id"))), event__in=events)
    return Announcement.objects.filter(heard, institution=limit.institution_id)
