"""What institutions wait for operators to do, with the command that does it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.actor import Actor
from portal.custody.models import RetentionWish
from portal.operators.models import Recovery
from portal.operators.permissions import require_operator
from portal.operators.states import State


@dataclass(frozen=True)
class Errand:
    """One thing to do for somebody; `since` is when it was asked for, or came due."""

    title: str | Promise
    whom: str
    since: datetime
    command: str


def errands(actor: Actor) -> list[Errand]:
    """Everything that waits, the oldest first."""
    require_operator(actor)
    wishes = RetentionWish.objects.filter(applied_at=None, set_aside_at=None).select_related("institution")
    due = Recovery.objects.filter(state=State.DUE).select_related("institution")
    found = [
        *(
            Errand(
                lazy("Keep its files as long as it asks"),
                wish.institution.name,
                wish.asked_at,
                f"manage.py set_retention {wish.institution.code}",
            )
            for wish in wishes
        ),
        *(
            Errand(
                lazy("Add its new administrator"),
                recovery.institution.name,
                recovery.state_since,
                f"manage.py recover_institution {recovery.pk}",
            )
            for recovery in due
        ),
    ]
    return sorted(found, key=lambda errand: errand.since)
