"""A rulebook by which nothing can be tried at an owner: noted, and whoever must mend it is told once."""

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Institution
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.acceptance import grants_asking
from sharing.models import AcceptanceRulebook, Disclosure
from sharing.states import READABLE, Hindrance


@transaction.atomic
def hindered(owner: Institution, acceptance: AcceptanceRulebook, why: Hindrance) -> None:
    """It is missing at this owner, or unfollowable; may be said again.

    What is missing counts as never given: nothing is tried by it before it is given anew. What is
    unfollowable is tried with each further delivery: a later release may follow it.
    """
    rows = Disclosure.objects.select_for_update(of=("self",), no_key=True)
    given = rows.filter(acceptance=acceptance, owner=owner).first()
    if given is None or given.trouble == why:
        return
    since = given.at
    given.trouble, given.at = why, None if why == Hindrance.MISSING else given.at
    given.save(update_fields=["trouble", "at"])
    grant = grants_asking(acceptance.institution_id).filter(owner=owner, state__in=READABLE).first()
    if grant is None or not acceptance.current:
        return
    # one publishing gives it to all owners at once, and a release breaks it for all of them at once
    when = acceptance.published_at if why == Hindrance.UNFOLLOWABLE or since is None else since
    announce(
        Event.GRANT_RULEBOOK,
        institution_id=acceptance.institution_id,
        subject_id=grant.id,
        about={"grant": str(grant.id), "side": "recipient", "state": str(why)},
        key=f"{acceptance.pk}:{why}:{when.isoformat()}",
    )


def mended(owner: Institution, acceptance: AcceptanceRulebook) -> None:
    """A check could follow it."""
    troubled = Disclosure.objects.filter(acceptance=acceptance, owner=owner).exclude(trouble="")
    troubled.update(trouble="", at=timezone.now())
