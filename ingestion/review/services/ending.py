"""Ending acceptances: by hand, and when their last day has passed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from ingestion.review.errors import NotOpen
from ingestion.review.models import Acceptance, Standing
from ingestion.review.selectors import get_acceptance
from ingestion.review.services.lapsing import close, tell, tell_all
from ingestion.review.services.of_record import end_on_record
from ingestion.review.services.settling import one_at_a_time, settle, settle_all
from ingestion.review.states import Lapse, State
from ingestion.web.services.lifecycle import locked
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag

log = logging.getLogger(__name__)
BATCH = 200
OPEN = (State.REQUESTED, State.IN_FORCE)


@transaction.atomic
def end(*, actor: Actor, acceptance: Acceptance) -> Acceptance:
    """Ends an acceptance for every file, or takes a request back; NotOpen when it has ended already."""
    actor.require(Role.REVIEWER)
    locked(acceptance.submission_id)
    one_at_a_time(acceptance.institution_id)
    current = get_acceptance(actor, acceptance.id, lock=True)
    if current.state not in OPEN:
        raise NotOpen
    end_on_record(actor, current)
    close(current, Lapse.BY_HAND, actor_id=actor.user.id)
    lapsed = settle_all(current)
    record(
        tag=AuditTag.ACCEPTANCE_ENDED,
        institution_id=current.institution_id,
        actor_id=actor.user.id,
        subject_id=current.id,
        address=actor.address,
        detail={"submission": str(current.submission_id), "rule": current.rule},
    )
    tell_all(lapsed)
    return current


def end_what_is_due() -> None:
    """Ends acceptances whose last day has passed and settles what rested on them; may run twice at once.

    One that breaks off is left for the next time, and the others are ended.
    """
    today = timezone.now().date()
    for acceptance in Acceptance.objects.filter(state__in=OPEN, until__lt=today).order_by("until")[:BATCH]:
        with _going_on("acceptance", acceptance.pk):
            _end_one(acceptance)
    for standing in Standing.objects.filter(until__lt=today).select_related("submission")[:BATCH]:
        with _going_on("submission", standing.submission_id), transaction.atomic():
            settle(locked(standing.submission_id))


@transaction.atomic
def _end_one(acceptance: Acceptance) -> None:
    locked(acceptance.submission_id)
    one_at_a_time(acceptance.institution_id)
    current = Acceptance.objects.select_for_update(of=("self",), no_key=True).get(pk=acceptance.pk)
    if current.state in OPEN:
        close(current, Lapse.ENDED)
        tell(current)


@contextmanager
def _going_on(kind: str, identity: object) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the others have their turn
        log.error("ending broke off: %s %s (%s)", kind, identity, type(error).__name__)
