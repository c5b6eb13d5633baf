"""Whether deliveries pass the acceptance rulebooks of their recipients: asked for, and noted."""

import time
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ingestion.aws.acceptance import Demand
from ingestion.aws.exchange import Order
from ingestion.review.services import one_at_a_time
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from sharing.claims import Claim, claimed
from sharing.hindrances import hindrance_of
from sharing.models import AcceptanceCheck, AcceptanceRulebook, Copy, Grant
from sharing.selectors import copies_unchecked, newest_waiting
from sharing.services.calling import call_accept
from sharing.services.grants import settle
from sharing.services.hindering import mended
from sharing.services.owing import owe

MOST_TRIED = 100
"""Of one request, those that cannot be checked among them."""
SECONDS = 10.0
"""After which no further check is begun in a request."""


def to_check(
    submission: Submission | None = None, grant: Grant | None = None, most: int | None = None
) -> list[Copy]:
    """What waits for a check that can be made, of a delivery or under a grant; `most` of it."""
    return newest_waiting(copies_unchecked(checkable=True), submission, grant, most)


def rulebooks_for(copies: Iterable[Copy]) -> list[int]:
    """The acceptance rulebooks that these must pass now, each once."""
    recipients = {copy.grant.recipient_id for copy in copies}
    found = AcceptanceRulebook.objects.filter(institution__in=recipients, current=True)
    return list(found.order_by("pk").values_list("pk", flat=True))


def demands_of(submission: Submission, rulebook_ids: Iterable[int]) -> dict[int, Demand]:
    """Of these rulebooks those that a delivery must pass now, as whoever checks it looks for them."""
    wanted = set(rulebooks_for(to_check(submission=submission))) & set(rulebook_ids)
    found = AcceptanceRulebook.objects.filter(pk__in=wanted).select_related("institution", "rulebook")
    return {
        one.pk: Demand(one.institution.code, one.rulebook.number, one.rulebook.sha256)
        for one in found.order_by("pk")
    }


@transaction.atomic
def checked(
    submission: Submission, attempt: int, acceptance: AcceptanceRulebook, passed: bool, counts: dict[str, int]
) -> None:
    """Notes what came of a check; what passed is owed, and no grant waits for it any more."""
    AcceptanceCheck.objects.update_or_create(
        submission=submission,
        attempt=attempt,
        acceptance=acceptance,
        defaults={
            "passed": passed,
            "error_count": counts["error"],
            "warning_count": counts["warning"],
            "info_count": counts["info"],
            "checked_at": timezone.now(),
        },
    )
    mended(submission.institution, acceptance)
    one_at_a_time(submission.institution_id)  # whoever accepts a grant now sees what passed, or waits
    of_it = Grant.objects.filter(
        copies__submission=submission, recipient=acceptance.institution_id, must_pass=True
    )
    rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "recipient")
    grants = list(rows.filter(pk__in=of_it.values("pk")).order_by("pk"))  # before copies, as everybody locks
    owe(submission)
    for grant in grants:
        settle(grant)


def check_earlier(actor: Actor, grant: Grant, most: int) -> int:
    """Has some of what waits under a grant checked, with this person's sign-in; how many were tried.

    None after one that found the rulebook missing or unfollowable, and none that somebody else tries now.
    """
    done, until = 0, time.monotonic() + SECONDS
    waiting = to_check(grant=grant, most=MOST_TRIED)
    rulebooks = rulebooks_for(waiting)
    for copy in waiting:
        if done == most or time.monotonic() > until:
            break
        with claimed(copy, Claim.FILLING) as mine:
            if mine and copies_unchecked(checkable=True).filter(pk=copy.pk).exists():
                done += _check(actor, copy.submission, rulebooks)
        if hindrance_of(grant):
            break
    return done


def untried(order: Order) -> None:
    """Forgets that a delivery was tried of which no outcome is stored that says that it passed."""
    AcceptanceCheck.objects.filter(
        submission=UUID(order.submission),
        attempt=order.attempt,
        acceptance__institution__code=order.recipient,
        acceptance__rulebook__sha256=order.acceptance,
    ).delete()


def _check(actor: Actor, submission: Submission, rulebook_ids: list[int]) -> int:
    """One call of the function, which tells the portal what came of it; AwsError when it cannot be called."""
    said = call_accept(
        actor,
        {
            "submission": str(submission.id),
            "attempt": submission.attempt,
            "institution": submission.institution.code,
            "object": submission.original.to_json(),
            "rulebooks": rulebook_ids,
        },
    )
    return int(said["checked"]) if said else 0
