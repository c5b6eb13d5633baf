"""What institutions wait for operators to do, with the command that does it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.actor import Actor
from portal.custody.models import RetentionWish
from portal.operators.models import Recovery
from portal.operators.permissions import require_operator
from portal.operators.states import State
from sharing.selectors import onboarding_asked

MOST_INVITED = 100


@dataclass(frozen=True)
class Errand:
    """One thing to do for somebody; `since` is when it was asked for, or came due."""

    title: str | Promise
    whom: str
    since: datetime
    command: str


def errands(actor: Actor) -> list[Errand]:
    """What waits, the oldest first; of invitations no more than can be looked through."""
    require_operator(actor)
    return sorted([*_to_keep(), *_to_recover(), *_to_onboard()], key=lambda errand: errand.since)


def _to_keep() -> Iterator[Errand]:
    wishes = RetentionWish.objects.filter(applied_at=None, set_aside_at=None)
    for wish in wishes.select_related("institution"):
        command = f"manage.py set_retention {wish.institution.code}"
        yield Errand(lazy("Keep its files as long as it asks"), wish.institution.name, wish.asked_at, command)


def _to_recover() -> Iterator[Errand]:
    due = Recovery.objects.filter(state=State.DUE)
    for recovery in due.select_related("institution"):
        command = f"manage.py recover_institution {recovery.pk}"
        yield Errand(
            lazy("Add its new administrator"), recovery.institution.name, recovery.state_since, command
        )


def _to_onboard() -> Iterator[Errand]:
    """By name and LEI alone: who invited it is not the operators' business."""
    for identity, name, lei, _until, asked_at in onboarding_asked(MOST_INVITED):
        command = f"manage.py onboard_institution … --invitation {identity}"
        whom = f"{name} ({lei})" if lei else name
        yield Errand(lazy("Bring it on board, if it wants to"), whom, asked_at, command)
