"""Legal holds: set by one administrator, released by two."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.schedule.models import fund_key
from ingestion.web.models import Submission
from ingestion.web.selectors import submissions_for
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import Conflict
from portal.custody.errors import AnotherAdminNeeded, HoldIncomplete
from portal.custody.held import get_hold
from portal.custody.models import Hold
from portal.notices.events import Event
from portal.notices.services import announce

MOST_WORDS = 500


@transaction.atomic
def hold(*, actor: Actor, scope: str, reason: str, fund: str = "", number: int | None = None) -> Hold:
    """Holds everything, a fund by its identifier, or a delivery by its number; HoldIncomplete."""
    institution = actor.require(Role.ADMIN)
    fund = fund_key(fund) if scope == Hold.Scope.FUND else ""
    submission = _delivery(actor, number) if scope == Hold.Scope.SUBMISSION else None
    if scope == Hold.Scope.FUND and not fund:
        raise HoldIncomplete([("fund", _("Say which fund, by its identifier."))])
    if not reason.strip():
        raise HoldIncomplete([("reason", _("Say in a few words why."))])
    made = Hold.objects.create(
        institution=institution,
        scope=Hold.Scope(scope),
        fund=fund,
        submission=submission,
        reason=reason.strip()[:MOST_WORDS],
        set_by=actor.user,
        set_at=timezone.now(),
    )
    _record(AuditTag.HOLD_SET, made, actor)
    return made


@transaction.atomic
def ask_to_release(*, actor: Actor, hold_id: UUID, reason: str) -> Hold:
    """Nothing is released before another administrator agrees; HoldIncomplete, Conflict."""
    found = _standing(actor, hold_id)
    if found.release_asked_by_id:
        raise Conflict
    if not reason.strip():
        raise HoldIncomplete([("reason", _("Say in a few words why."))])
    found.release_asked_by, found.release_asked_at = actor.user, timezone.now()
    found.release_reason = reason.strip()[:MOST_WORDS]
    found.save()
    _record(AuditTag.HOLD_RELEASE_ASKED, found, actor)
    announce(
        Event.HOLD_RELEASE_ASKED,
        institution_id=found.institution_id,
        subject_id=found.pk,
        about={},
        actor_id=actor.user.pk,
    )
    return found


@transaction.atomic
def release(*, actor: Actor, hold_id: UUID) -> Hold:
    """Agrees to what another administrator asked for; AnotherAdminNeeded, Conflict."""
    found = _standing(actor, hold_id)
    if not found.release_asked_by_id:
        raise Conflict
    if found.release_asked_by_id == actor.user.pk:
        raise AnotherAdminNeeded
    found.released_by, found.released_at = actor.user, timezone.now()
    found.save()
    _record(AuditTag.HOLD_RELEASED, found, actor)
    return found


@transaction.atomic
def keep_holding(*, actor: Actor, hold_id: UUID) -> Hold:
    """Sets the request for a release aside, also one's own; Conflict where there is none."""
    found = _standing(actor, hold_id)
    if not found.release_asked_by_id:
        raise Conflict
    found.release_asked_by, found.release_asked_at, found.release_reason = None, None, ""
    found.save()
    _record(AuditTag.HOLD_RELEASE_REFUSED, found, actor)
    return found


def _standing(actor: Actor, hold_id: UUID) -> Hold:
    """The hold, locked; Conflict once it is released."""
    actor.require(Role.ADMIN)
    found = get_hold(actor, hold_id, lock=True)
    if found.released_at:
        raise Conflict
    return found


def _delivery(actor: Actor, number: int | None) -> Submission:
    if not number:
        raise HoldIncomplete([("number", _("Say which delivery, by its number."))])
    found = submissions_for(actor).filter(number=number, check_only=False).first()
    if found is None:
        raise HoldIncomplete([("number", _("There is no delivery with this number."))])
    return found


def _record(tag: AuditTag, found: Hold, actor: Actor) -> None:
    about = {"submission": str(found.submission_id)} if found.submission_id else {}
    record(
        tag=tag,
        institution_id=found.institution_id,
        actor_id=actor.user.pk,
        subject_id=found.pk,
        address=actor.address,
        detail={"scope": found.scope} | about,
    )
