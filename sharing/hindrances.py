"""Where deliveries wait because nothing can be tried by the rulebook that they must pass, and why."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from sharing.acceptance import acceptance_rulebook, followable
from sharing.models import AcceptanceRulebook, Disclosure, Grant
from sharing.selectors import copies_unchecked, grants_given, grants_received
from sharing.states import FLOWING, READABLE, Hindrance


def hindrances_of(grants: Iterable[Grant]) -> dict[UUID, Hindrance]:
    """Of these grants those that are open and hindered, by key."""
    asking = [each for each in grants if each.must_pass and each.state in READABLE]
    recipients = {each.recipient_id for each in asking}
    published = AcceptanceRulebook.objects.filter(institution__in=recipients, current=True)
    given = {
        (each.acceptance.institution_id, each.owner_id): each
        for each in Disclosure.objects.filter(
            acceptance__in=published, owner__in={each.owner_id for each in asking}
        ).select_related("acceptance")
    }
    have_one = set(published.values_list("institution", flat=True))
    found = {
        each.pk: _hindrance(each.recipient_id in have_one, given.get((each.recipient_id, each.owner_id)))
        for each in asking
    }
    return {key: hindrance for key, hindrance in found.items() if hindrance}


def hindrance_of(grant: Grant) -> Hindrance | None:
    """The same of one."""
    return hindrances_of([grant]).get(grant.pk)


def held_back(actor: Actor) -> QuerySet[Grant]:
    """Grants of either side, within the actor's limit, under which deliveries wait for nothing but that."""
    waiting = copies_unchecked().exclude(followable()).filter(grant__must_pass=True).order_by()
    either = grants_given(actor) | grants_received(actor)
    return either.filter(must_pass=True, state__in=FLOWING, pk__in=waiting.values("grant"))


def to_disclose(institution: Institution) -> tuple[AcceptanceRulebook | None, list[Institution]]:
    """What it asks its partners to pass, and those who need it under an open grant and do not have it."""
    published = acceptance_rulebook(institution)
    if published is None:
        return None, []
    asking = Grant.objects.filter(recipient=institution, must_pass=True, state__in=READABLE)
    have = Disclosure.objects.filter(acceptance=published, at__isnull=False)
    owners = Institution.objects.filter(pk__in=asking.order_by().values("owner"))
    return published, list(owners.exclude(pk__in=have.values("owner")).order_by("pk"))


def is_unfollowable(published: AcceptanceRulebook) -> bool:
    """Whether a check said so of it, and none since that it could."""
    return published.disclosures.filter(trouble=Hindrance.UNFOLLOWABLE).exists()


def _hindrance(is_published: bool, given: Disclosure | None) -> Hindrance | None:
    if not is_published:
        return Hindrance.NOT_PUBLISHED
    if given is None or (given.at is None and not given.trouble):
        return Hindrance.NOT_DISCLOSED
    return Hindrance(given.trouble) if given.trouble else None
