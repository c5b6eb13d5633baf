"""What waits to be copied, because it takes a sign-in of the owner."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from portal.accounts.reader import Reader
from sharing.acceptance import followable, passed, unchecked
from sharing.models import Copy
from sharing.selectors import flowing_copies, grants_given
from sharing.states import FLOWING, CopyState

MOMENT = timedelta(seconds=5)
"""What is owed so soon after its verdict is owed by it."""
RUN_COPIES = timedelta(minutes=1)
"""For how long no page has copied what came to its verdict: its run does."""


@dataclass(frozen=True)
class ToFill:
    """How many deliveries wait, and under how many grants."""

    deliveries: int
    grants: int


def to_fill(actor: Reader) -> ToFill:
    """Under all grants that the actor's institution gives, within their limit."""
    counts = {"deliveries": Count("pk"), "grants": Count("grant", distinct=True)}
    return ToFill(**waiting_to_fill(actor).aggregate(**counts))


def waiting_to_fill(actor: Reader) -> QuerySet[Copy]:
    """These; what its own run is about to copy is left to it."""
    given = grants_given(actor).filter(state__in=FLOWING).order_by()
    verdict = F("submission__finished_at")
    in_its_run = Q(owed_at__lt=verdict + MOMENT, submission__finished_at__gt=timezone.now() - RUN_COPIES)
    return copies_to_fill().filter(grant__in=given.values("pk")).exclude(in_its_run)


def copies_to_fill() -> QuerySet[Copy]:
    """What a sign-in brings further: due, or to be tried by what it must pass."""
    due, untried = passed() & Q(state=CopyState.OWED), unchecked() & followable()
    return flowing_copies().filter(due | untried)
