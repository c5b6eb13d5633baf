"""What waits to be copied, because it takes a sign-in of the owner."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from portal.accounts.reader import Reader
from sharing.acceptance import followable, passed, unchecked
from sharing.claims import Claim, under_way
from sharing.models import Copy, Grant
from sharing.selectors import flowing_copies, grants_given
from sharing.states import FLOWING, CopyState

MOMENT = timedelta(seconds=5)
"""What is owed so soon after its verdict is owed by it."""
RUN_COPIES = timedelta(minutes=1)
"""For how long no page has copied what came to its verdict: its run does."""


@dataclass(frozen=True)
class ToFill:
    """How many deliveries wait, under how many grants, and how many somebody has copied at this moment."""

    deliveries: int
    grants: int
    under_way: int = 0


def to_fill(actor: Reader) -> ToFill:
    """Under all grants that the actor's institution gives, within their limit."""
    counts = {
        "deliveries": Count("pk"),
        "grants": Count("grant", distinct=True),
        "under_way": Count("pk", filter=under_way(Claim.FILLING)),
    }
    return ToFill(**waiting_to_fill(actor).aggregate(**counts))


def waiting_to_fill(actor: Reader) -> QuerySet[Copy]:
    """These; what its own run is about to copy is left to it."""
    given = grants_given(actor).filter(state__in=FLOWING).order_by()
    verdict = F("submission__finished_at")
    in_its_run = Q(owed_at__lt=verdict + MOMENT, submission__finished_at__gt=timezone.now() - RUN_COPIES)
    return copies_to_fill().filter(grant__in=given.values("pk")).exclude(in_its_run)


def being_filled(grant: Grant) -> int:
    """How many of what waits under a grant somebody has copied, or tried, at this moment."""
    return copies_to_fill().filter(under_way(Claim.FILLING), grant=grant).count()


def copies_to_fill() -> QuerySet[Copy]:
    """What a sign-in brings further: due, or to be tried by what it must pass."""
    due, untried = passed() & Q(state=CopyState.OWED), unchecked() & followable()
    return flowing_copies().filter(due | untried)
