"""Acceptance rulebooks: the current one of a recipient, to whom it is disclosed, what passed it."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from portal.accounts.models import Institution
from sharing.models import AcceptanceCheck, AcceptanceRulebook, Disclosure, Grant
from sharing.states import CopyState, State

ASKING = frozenset({State.OFFERED, State.ACCEPTED, State.ACTIVE, State.SUSPENDED})
"""Grants whose owner may read the rulebook that its deliveries must pass."""


def acceptance_rulebook(recipient: Institution | UUID) -> AcceptanceRulebook | None:
    """The one that counts now; None while the institution has published none."""
    found = AcceptanceRulebook.objects.filter(institution=recipient, current=True)
    return found.select_related("rulebook", "institution", "published_by").first()


def disclosed_rulebook(grant: Grant) -> AcceptanceRulebook | None:
    """The current one where the owner of the grant has it."""
    found = acceptance_rulebook(grant.recipient)
    if found is None or not found.disclosures.filter(owner=grant.owner, at__isnull=False).exists():
        return None
    return found


def grants_asking(recipient: Institution | UUID) -> QuerySet[Grant]:
    """Its grants that ask for its acceptance rulebook, by key: in this order their rows are locked."""
    found = Grant.objects.filter(recipient=recipient, must_pass=True, state__in=ASKING)
    return found.select_related("owner", "recipient").order_by("pk")


def passed() -> Q:
    """Of copies: those whose delivery, as it stands, passed what the recipient asks now, or need not."""
    return Q(grant__must_pass=False) | Q(Exists(_checks().filter(passed=True)))


def not_passed() -> Q:
    """Of copies: those whose delivery, as it stands, was tried and did not pass what is asked now."""
    return Q(grant__must_pass=True) & Q(Exists(_checks().filter(passed=False)))


def unchecked() -> Q:
    """Of copies: those whose delivery, as it stands, must pass and was not tried by what is asked now."""
    stale = Q(state=CopyState.DONE, attempt__lt=F("submission__attempt"))
    return Q(grant__must_pass=True) & (Q(state=CopyState.OWED) | stale) & ~Q(Exists(_checks()))


def disclosed() -> Q:
    """Of copies: those whose owner has the current acceptance rulebook of the recipient."""
    return Q(Exists(_there()))


def followable() -> Q:
    """Of copies: those whose owner has it, and the last check could follow it."""
    return Q(Exists(_there().filter(trouble="")))


def _there() -> QuerySet[Disclosure]:
    return Disclosure.objects.filter(
        owner=OuterRef("grant__owner"),
        acceptance__institution=OuterRef("grant__recipient"),
        acceptance__current=True,
        at__isnull=False,
    )


def _checks() -> QuerySet[AcceptanceCheck]:
    return AcceptanceCheck.objects.filter(
        submission=OuterRef("submission"),
        attempt=OuterRef("submission__attempt"),
        acceptance__institution=OuterRef("grant__recipient"),
        acceptance__current=True,
    )
