"""Reads: legal holds, what they hold, and what of it is not locked in the stores yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ingestion.web.models import PipelineEvent, Submission
from ingestion.web.states import IN_FLIGHT, State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.custody.models import Hold, Lock
from sharing.models import AcceptanceCheck


@dataclass(frozen=True)
class Locks:
    """How many deliveries are locked, are to be, cannot be yet for their run, or are without need."""

    locked: int
    to_lock: int
    under_way: int
    to_unlock: int


def standing(institution_id: UUID) -> QuerySet[Hold]:
    """Holds of an institution that were not released."""
    return Hold.objects.filter(institution_id=institution_id, released_at=None)


def holds_for(actor: Actor) -> QuerySet[Hold]:
    """All holds of the person's institution, also released ones, newest first; administrators see them."""
    mine = Hold.objects.filter(institution=actor.require(Role.ADMIN))
    return mine.select_related("submission", "set_by", "release_asked_by", "released_by")


def get_hold(actor: Actor, hold_id: UUID, *, lock: bool = False) -> Hold:
    """One of them, its row locked if asked; NotFound for anybody else's."""
    found = holds_for(actor).filter(pk=hold_id)
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    hold = found.first()
    if hold is None:
        raise NotFound(_("This hold does not exist."))
    return hold


def held(institution_id: UUID) -> QuerySet[Submission]:
    """What the institution's standing holds hold: stored deliveries; what is only checked is never held."""
    return held_by(institution_id, list(standing(institution_id)))


def held_by(institution_id: UUID, holds: Sequence[Hold]) -> QuerySet[Submission]:
    """What these holds of an institution hold, as long as they stand."""
    stored = Submission.objects.filter(institution_id=institution_id, check_only=False)
    stored = stored.exclude(state__in=[State.RECEIVING, State.REFUSED])
    if any(hold.scope == Hold.Scope.EVERYTHING for hold in holds):
        return stored
    named = Q(pk__in=[hold.submission_id for hold in holds if hold.submission_id])
    funds = [hold.fund for hold in holds if hold.fund]
    return stored.filter(named | Q(fund_deliveries__fund__in=funds)).distinct()


def is_held(submission: Submission) -> bool:
    return held(submission.institution_id).filter(pk=submission.pk).exists()


def unlocked(institution_id: UUID) -> QuerySet[Submission]:
    """Held deliveries whose objects are not locked, or those that were written since they were.

    A run writes, and so does a check by a recipient's rulebook, which also comes long after the run.
    """
    since = OuterRef("locked_at")
    wrote = PipelineEvent.objects.filter(submission=OuterRef("submission"), received_at__gte=since)
    tried = AcceptanceCheck.objects.filter(submission=OuterRef("submission"), checked_at__gte=since)
    locked = Lock.objects.filter(submission__institution_id=institution_id)
    done = locked.filter(~Exists(wrote), ~Exists(tried), attempt__gte=F("submission__attempt"))
    return held(institution_id).exclude(pk__in=done.values("submission")).order_by("number")


def to_lock(institution_id: UUID) -> QuerySet[Submission]:
    """Those of them that can be locked now: of no run that is still to write its results."""
    return unlocked(institution_id).exclude(state__in=IN_FLIGHT)


def to_unlock(institution_id: UUID) -> QuerySet[Lock]:
    """Locks of what is no longer held."""
    locked = Lock.objects.filter(submission__institution_id=institution_id)
    return locked.exclude(submission__in=held(institution_id).values("pk")).order_by("pk")


def locks_for(actor: Actor) -> Locks:
    """How the stores of the person's institution stand to its holds; for administrators."""
    institution = actor.require(Role.ADMIN).pk
    waiting, now = unlocked(institution).count(), to_lock(institution).count()
    return Locks(
        locked=held(institution).count() - waiting,
        to_lock=now,
        under_way=waiting - now,
        to_unlock=to_unlock(institution).count(),
    )


def covered_by(actor: Actor, hold: Hold) -> int:
    """How many deliveries a hold of the person's institution holds, or would if it still stood."""
    return held_by(actor.require(Role.ADMIN).pk, [hold]).count()
