"""What waits to be copied, because it takes a sign-in of the owner."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal.accounts.reader import Reader
from sharing.acceptance import disclosed, passed, unchecked
from sharing.models import Copy
from sharing.selectors import flowing_copies, grants_given
from sharing.states import FLOWING, CopyState


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
    """These."""
    given = grants_given(actor).filter(state__in=FLOWING).order_by()
    return copies_to_fill().filter(grant__in=given.values("pk"))


def copies_to_fill() -> QuerySet[Copy]:
    """What a sign-in brings further: due, or to be tried by what it must pass."""
    due, untried = passed() & Q(state=CopyState.OWED), unchecked() & disclosed()
    return flowing_copies().filter(due | untried)
