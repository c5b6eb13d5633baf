"""How people of an institution are told of each event as long as they choose nothing themselves."""

from collections.abc import Mapping
from uuid import UUID

from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.models import EventDefault

Told = tuple[Reach, Mail]


def manners_of(institution_id: UUID) -> Mapping[Event, Told]:
    """What the institution's administrators chose for each event, else as it comes.

    Nobody chooses for an event that everybody has to hear of.
    """
    chosen = {one.event: one for one in EventDefault.objects.filter(institution_id=institution_id)}
    return {
        event: _told(event, None if manner.always else chosen.get(event)) for event, manner in MANNERS.items()
    }


def as_it_comes(event: Event) -> Told:
    """How the event is told where nobody chose."""
    return MANNERS[event].reach, MANNERS[event].mail


def _told(event: Event, chosen: EventDefault | None) -> Told:
    return (Reach(chosen.reach), Mail(chosen.mail)) if chosen else as_it_comes(event)
