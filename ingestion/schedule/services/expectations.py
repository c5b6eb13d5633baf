"""Setting, changing and removing what is expected: by reviewers; the zone of deadlines by administrators."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from ingestion.schedule.errors import AlreadyExpected, TermsInvalid
from ingestion.schedule.models import DeadlineZone, Expectation, fund_key
from ingestion.schedule.validation import check
from ingestion.web.selectors.limits import all_within
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now

MAX_FUNDS = 200
"""Funds that are set at once."""
MOST = 5_000
"""Of an institution: each is looked at again and again, for pages and reminders."""


def expect(*, actor: Actor, funds: Sequence[str], **terms: Any) -> list[Expectation]:
    """Expects the same of each of these funds; of "" a delivery whatever funds it names.

    TermsInvalid with all that is wrong or beyond MOST; AlreadyExpected, and nothing is set, if one stands.
    OnlySomeFunds for a fund outside of the person's limit.
    """
    institution = actor.require(Role.REVIEWER)
    wanted = list(dict.fromkeys(fund_key(fund) for fund in funds))
    if not 1 <= len(wanted) <= MAX_FUNDS or any(len(fund) > 255 for fund in wanted):
        raise TermsInvalid([("funds", f"Name 1 to {MAX_FUNDS} funds, each by its identifier.")])
    if not all_within(actor.limit, wanted):
        raise OnlySomeFunds
    check(terms)
    made = [
        Expectation(institution=institution, fund=fund, set_by=actor.user, set_at=now(), **terms)
        for fund in wanted
    ]
    try:
        with transaction.atomic():
            _require_room(institution, len(made))
            Expectation.objects.bulk_create(made)
            ids = [str(one.id) for one in made]
            _record(
                AuditTag.EXPECTATION_SET, actor, institution, institution.id, {"ids": ids, **_told(made[0])}
            )
    except IntegrityError:
        raise AlreadyExpected from None
    return made


def change(*, actor: Actor, expectation: Expectation, **terms: Any) -> Expectation:
    """Other terms for one fund from now on, also for what is due already; TermsInvalid, AlreadyExpected."""
    institution = actor.require(Role.REVIEWER)
    check(terms)
    try:
        with transaction.atomic():
            current = Expectation.objects.select_for_update(no_key=True).get(
                pk=expectation.pk, institution=institution
            )
            before = _told(current)
            for name, value in terms.items():
                setattr(current, name, value)
            if _told(current) == before:
                return current
            current.set_by, current.set_at = actor.user, now()
            current.save()
            detail = {"before": before, "after": _told(current)}
            _record(AuditTag.EXPECTATION_CHANGED, actor, institution, current.id, detail)
    except IntegrityError:
        raise AlreadyExpected from None
    return current


@transaction.atomic
def remove(*, actor: Actor, expectation: Expectation) -> None:
    """Expects this no longer, and never did: its past deadlines leave the calendar too."""
    institution = actor.require(Role.REVIEWER)
    gone, _rows = Expectation.objects.filter(pk=expectation.pk, institution=institution).delete()
    if gone:
        _record(
            AuditTag.EXPECTATION_REMOVED, actor, institution, expectation.id, {"before": _told(expectation)}
        )


@transaction.atomic
def set_zone(*, actor: Actor, zone: str) -> None:
    """Means every deadline of the institution in this zone; TermsInvalid for a name that is none."""
    institution = actor.require(Role.ADMIN)
    if zone not in available_timezones():
        raise TermsInvalid([("zone", "Choose one of the time zones that are offered.")])
    stored, made = DeadlineZone.objects.get_or_create(institution=institution, defaults={"zone": zone})
    if made or stored.zone != zone:
        before = "" if made else stored.zone
        stored.zone = zone
        stored.save()
        detail = {"before": before, "after": zone}
        _record(AuditTag.DEADLINE_ZONE_SET, actor, institution, institution.id, detail)


def _require_room(institution: Institution, more: int) -> None:
    """Counts while nobody else of the institution adds any."""
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if Expectation.objects.filter(institution=institution).count() + more > MOST:
        told = f"An institution expects at most {MOST:,} deliveries. Remove what is no longer expected first."
        raise TermsInvalid([("funds", told)])


def _told(one: Expectation) -> dict[str, Any]:
    """The terms as the audit trail keeps them; which fund they are for stands under its id."""
    return {
        "template": one.template,
        "frequency": str(one.frequency),
        "day": one.day,
        "month": one.month,
        "business_days": one.business_days,
        "at": one.at.isoformat(timespec="minutes"),
        "calendar": one.calendar,
        "remind_days": one.remind_days,
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat() if one.ends else None,
    }


def _record(
    tag: AuditTag, actor: Actor, institution: Institution, subject: UUID, detail: dict[str, Any]
) -> None:
    record(
        tag=tag,
        institution_id=institution.id,
        actor_id=actor.user.id,
        subject_id=subject,
        address=actor.address,
        detail=detail,
    )
