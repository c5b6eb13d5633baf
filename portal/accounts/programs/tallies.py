"""How often within a minute: calls of a token are limited, refusals are limited and recorded as one number.

A refused request costs one small row, not a record in a chain that everybody else waits for.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from portal.accounts.models import ApiToken, ServiceAccount, Tally
from portal.accounts.programs.errors import TooManyCalls
from portal.accounts.programs.program import Program
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now

MINUTE = timedelta(minutes=1)
BATCH = 500


def count_call(token: ApiToken) -> None:
    """One more call with this token; TooManyCalls above what a token may call in a minute."""
    if _count(Tally.Kind.CALLED, str(token.pk)) > settings.FUNDGATE_TOKEN_CALLS_PER_MINUTE:
        raise TooManyCalls(_left())


def count_refused(address: str | None) -> None:
    """One more token from there that nobody is let in with; TooManyCalls above the limit of an address."""
    if _count(Tally.Kind.REFUSED, address or "") > settings.FUNDGATE_REFUSED_PER_MINUTE:
        raise TooManyCalls(_left())


def count_denied(program: Program) -> None:
    """One more request of a program that its token does not reach."""
    _count(Tally.Kind.DENIED, str(program.token.pk))


def record_refusals() -> None:
    """One record for each address and each token of the minutes that are over; may run concurrently."""
    over = Tally.objects.filter(minute__lt=_minute(now()))
    for tally in over.exclude(kind=Tally.Kind.CALLED).order_by("pk")[:BATCH]:
        with transaction.atomic():
            told = Tally.objects.select_for_update(no_key=True).filter(pk=tally.pk).first()
            if told is not None:
                _record(told)
                told.delete()
    over.filter(kind=Tally.Kind.CALLED).delete()


def _record(tally: Tally) -> None:
    detail = {"count": tally.count, "minute": tally.minute.isoformat(timespec="minutes")}
    if tally.kind == Tally.Kind.REFUSED:
        record(
            tag=AuditTag.TOKEN_REFUSED,
            institution_id=None,
            actor_id=None,
            subject_id=None,
            address=tally.who,
            detail=detail,
        )
        return
    account = ServiceAccount.objects.get(tokens=UUID(tally.who))
    record(
        tag=AuditTag.API_DENIED,
        institution_id=account.institution_id,
        actor_id=account.pk,
        subject_id=tally.who,
        detail=detail,
    )


@transaction.atomic
def _count(kind: str, who: str) -> int:
    """How many there are in this minute now, this one included."""
    same = {"kind": kind, "who": who, "minute": _minute(now())}
    held = Tally.objects.filter(**same)
    if not held.update(count=F("count") + 1):
        Tally.objects.bulk_create([Tally(**same)], ignore_conflicts=True)
        held.update(count=F("count") + 1)
    return held.values_list("count", flat=True).get()


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _left() -> int:
    """Seconds until the next minute begins."""
    moment = now()
    return max(1, round((_minute(moment) + MINUTE - moment).total_seconds()))
