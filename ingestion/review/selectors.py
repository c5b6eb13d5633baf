"""Reads: acceptances of the actor's institution, and where submissions stand."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ingestion.review.models import Acceptance, Standing
from ingestion.review.reach import reaches, within_reach
from ingestion.review.states import Outcome, State
from ingestion.web.models import Submission
from ingestion.web.selectors import current_deliveries_for
from ingestion.web.selectors.limits import of_seen, with_seen
from ingestion.web.states import State as SubmissionState
from ingestion.web.states import Verdict
from portal.accounts.actor import Actor
from portal.accounts.limits import Limit
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.accounts.roles import Role
from portal.common.errors import NotFound


@dataclass(frozen=True)
class Stands:
    """Where a submission stands now: outcome ("" without a verdict) and what is still open."""

    outcome: str
    open_errors: int = 0
    open_warnings: int = 0

    @property
    def open(self) -> bool:
        return self.outcome == Outcome.OPEN


def acceptances_for(actor: Reader) -> QuerySet[Acceptance]:
    """The acceptances and requests for the institution's submissions that the person sees, newest first."""
    mine = Acceptance.objects.filter(institution=actor.reads(Scope.SUBMISSIONS)).select_related(
        "submission", "requested_by", "decided_by", "lapsed_by"
    )
    return with_seen(of_seen(mine, actor.limit), actor.limit, "lapsed_with")


def acceptances_within(limit: Limit) -> QuerySet[Acceptance]:
    """Those for submissions that a person with this limit sees."""
    return of_seen(Acceptance.objects.all(), limit)


def get_acceptance(actor: Actor, acceptance_id: UUID, *, lock: bool = False) -> Acceptance:
    """One of the actor's institution, its row locked if asked; NotFound for everybody else's."""
    mine = acceptances_for(actor)
    if lock:
        mine = mine.select_for_update(of=("self",), no_key=True)
    found = mine.filter(pk=acceptance_id).first()
    if found is None:
        raise NotFound("This acceptance does not exist.")
    return found


def waiting_for_approval(actor: Actor) -> QuerySet[Acceptance]:
    """Releases that wait for a second person, the oldest first; not those of files taken back since."""
    waiting = acceptances_for(actor).filter(state=State.REQUESTED, until__gte=timezone.now().date())
    return waiting.exclude(submission__state=SubmissionState.WITHDRAWN).order_by("requested_at")


def waiting_for_me(actor: Actor) -> QuerySet[Acceptance]:
    """Those of them that this person may decide."""
    if not actor.may(Role.REVIEWER):
        return Acceptance.objects.none()
    return waiting_for_approval(actor).exclude(requested_by=actor.user)


def concerning(actor: Reader, submission: Submission) -> list[Acceptance]:
    """What a page of a submission tells: what reaches it, what was asked for it, what lapsed with it."""
    mine = acceptances_for(actor)
    own = mine.filter(Q(submission=submission) | Q(lapsed_with=submission))
    near = {acceptance.pk for acceptance in within_reach(submission)}
    found = {each.pk: each for each in [*own, *mine.filter(pk__in=near)]}
    told = [each for each in found.values() if reaches(each, submission) and _tells(each, submission)]
    return sorted(told, key=lambda each: each.requested_at, reverse=True)


def standing_of(submission: Submission) -> Stands:
    """Where it stands now: what rests on an acceptance that has ended is open, whatever is stored."""
    if submission.state != SubmissionState.COMPLETED or submission.verdict == Verdict.UNREADABLE:
        return Stands("")
    standing: Standing | None = getattr(submission, "standing", None)
    errors, warnings = submission.error_count, submission.warning_count
    if standing is None or standing.attempt != submission.attempt or standing.ended() or not standing.outcome:
        return Stands(Outcome.OPEN if errors or warnings else Outcome.CLEAN, errors, warnings)
    return Stands(standing.outcome, standing.open_errors, standing.open_warnings)


def releases_of(submission: Submission) -> list[str]:
    """The releases that count for it and are on record in the institution's bucket, oldest first.

    They say where to look, no more: whoever hands the delivery on reads the documents themselves.
    """
    return [
        str(each.pk)
        for each in within_reach(submission)
        if each.severity == "error" and each.on_record and each.covers_before(submission.number)
    ]


def deliverable_for(actor: Reader) -> QuerySet[Submission]:
    """The deliveries that may be handed on, newest first.

    They count, could be read, nothing newer has replaced them, and no error is open: there is none, or they
    are released now. Warnings hold nothing back.
    """
    readable = current_deliveries_for(actor).exclude(verdict=Verdict.UNREADABLE)
    return readable.filter(no_error_open())


def no_error_open() -> Q:
    """Submissions in which no error was found, or all of them are released now."""
    return Q(error_count=0) | _settled(open_errors=0)


def stood_by() -> Q:
    """Submissions with findings that the institution stands by now, as a condition for a query."""
    return _settled(outcome__in=[Outcome.ACCEPTED, Outcome.RELEASED])


def _settled(**stands: object) -> Q:
    """Submissions whose latest attempt stands like this, and nothing it rests on has ended."""
    in_force = Q(until=None) | Q(until__gte=timezone.now().date())
    settled = Standing.objects.exclude(outcome="").filter(
        in_force, attempt=F("submission__attempt"), **stands
    )
    return Q(pk__in=settled.values("submission"))


def _tells(acceptance: Acceptance, submission: Submission) -> bool:
    """One that ended before this file has nothing to say about it."""
    later = acceptance.lapsed_with
    if acceptance.state != State.LAPSED or acceptance.submission_id == submission.pk:
        return True
    return later is not None and submission.number <= later.number
