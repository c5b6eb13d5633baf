"""What is expected of an institution, and what came of it."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.schedule import outlook
from ingestion.schedule.models import Expectation
from ingestion.web.selectors import submissions_for
from ingestion.web.selectors.limits import funds_within
from portal.accounts.limits import Limit
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.common.errors import NotFound
from portal.common.time import now


def expectations_for(actor: Reader) -> QuerySet[Expectation]:
    """What is expected of the actor's institution, by fund and template; of the funds within their limit."""
    mine = Expectation.objects.filter(institution=actor.reads(Scope.CALENDAR)).select_related("set_by")
    return mine if actor.limit is None else mine.filter(fund__in=funds_within(actor.limit))


def expected_within(limit: Limit) -> QuerySet[Expectation]:
    """What is expected of the funds within a person's limit."""
    return Expectation.objects.filter(institution_id=limit.institution_id, fund__in=funds_within(limit))


def get_expectation(actor: Reader, expectation_id: UUID) -> Expectation:
    """One of them; NotFound for everybody else's."""
    found = expectations_for(actor).filter(pk=expectation_id).first()
    if found is None:
        raise NotFound(_("This is not expected, or no longer."))
    return found


def zone_for(actor: Reader) -> str:
    """The time zone in which the institution's deadlines are meant."""
    return outlook.zone_of(actor.reads(Scope.CALENDAR).id)


def calendar(
    actor: Reader,
    first: date,
    last: date,
    *,
    expectations: QuerySet[Expectation] | None = None,
    moment: datetime | None = None,
) -> list[outlook.Entry]:
    """What is due from `first` to `last`, by deadline; `expectations` narrows it.

    That a delivery came is told also where the person does not see it; which one it is, is not.
    """
    chosen = expectations_for(actor) if expectations is None else expectations
    found = outlook.entries(actor.reads(Scope.CALENDAR).id, chosen, first, last, moment or now())
    if actor.limit is None:
        return found
    came = {entry.arrival.submission for entry in found if entry.arrival}
    seen = set(submissions_for(actor).filter(pk__in=came).values_list("pk", flat=True))
    return [
        entry if entry.arrival is None or entry.arrival.submission in seen else replace(entry, arrival=None)
        for entry in found
    ]


def is_overdue(entry: outlook.Entry) -> bool:
    """Whether it should be here by now and is not."""
    return entry.status in outlook.OVERDUE
