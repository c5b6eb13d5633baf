"""Accepting findings: warnings at once, errors as a request to a second person."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.pipeline.card import funds_key, groups_of
from ingestion.pipeline.coverage import Group
from ingestion.pipeline.tally import tally_of
from ingestion.review.errors import AlreadyAccepted, FindingsChanged, NothingToAccept
from ingestion.review.models import Acceptance, Standing
from ingestion.review.services.lapsing import tell_all
from ingestion.review.services.of_record import ask_on_record
from ingestion.review.services.rows import Found, found_in_row
from ingestion.review.services.settling import keep_tally, one_at_a_time, settle_all
from ingestion.review.services.telling import told
from ingestion.review.states import Reach, State
from ingestion.web import results
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import locked
from ingestion.web.states import State as SubmissionState
from ingestion.web.states import Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce

MAX_REASON = 500
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """What a person asks to have accepted: all findings of a rule, those of one fund, or those of one row.

    `seen` is how many findings of the rule they were shown.
    """

    rule: str
    seen: int
    reach: Reach
    until: date
    reason: str
    fund: str = ""
    row: int = 0


def accept(*, actor: Actor, submission: Submission, asked: Asked) -> Acceptance:
    """Accepts warnings, or asks a second person to release errors.

    NothingToAccept, FindingsChanged or AlreadyAccepted when it does not fit what was found.
    """
    actor.require(Role.REVIEWER)
    _require_sense(submission, asked)
    missing = _missing_tally(actor, submission)
    single = found_in_row(actor, submission, asked.rule, asked.row) if asked.row else None
    with transaction.atomic():
        current = locked(submission.id)
        if (current.attempt, current.state) != (submission.attempt, SubmissionState.COMPLETED):
            raise FindingsChanged
        one_at_a_time(current.institution_id)
        if missing is not None:
            keep_tally(current, missing)
        standing = Standing.objects.filter(submission=current).first()
        group = groups_of(standing.tally if standing else None).get(asked.rule)
        if group is None:
            raise NothingToAccept(_("This rule found neither errors nor warnings in the file."))
        acceptance = _made(actor, current, asked, group, single)
        if acceptance.state == State.REQUESTED:
            ask_on_record(actor, acceptance)
        acceptance.save(force_insert=True)
        lapsed = settle_all(acceptance)
        _record(actor, acceptance)
        tell_all(lapsed)
    acceptance.refresh_from_db()
    return acceptance


def _made(
    actor: Actor, submission: Submission, asked: Asked, group: Group, single: Found | None
) -> Acceptance:
    fund, count = (single.fund, single.count) if single else (asked.fund, group.of(asked.fund))
    if group.count != asked.seen:
        raise FindingsChanged
    if not count:
        raise NothingToAccept(_("The rule found nothing for this fund or row."))
    same = Acceptance.objects.filter(submission=submission, rule=asked.rule, fund=fund, row=asked.row)
    if same.filter(state__in=[State.REQUESTED, State.IN_FORCE]).exists():
        raise AlreadyAccepted
    return Acceptance(
        institution_id=submission.institution_id,
        submission=submission,
        severity=group.severity,
        rule=asked.rule,
        fund=fund,
        row=asked.row,
        count=count,
        rule_count=group.count,
        reach=Reach.FILE if asked.row else asked.reach,
        template=submission.template,
        delivery_key=submission.delivery_key,
        funds_key=funds_key(submission.index_card),
        until=asked.until,
        reason=asked.reason.strip(),
        state=State.REQUESTED if group.severity == "error" else State.IN_FORCE,
        requested_by=actor.user,
        requested_at=timezone.now(),
    )


def _require_sense(submission: Submission, asked: Asked) -> None:
    today = timezone.now().date()
    if submission.state != SubmissionState.COMPLETED or submission.verdict == Verdict.UNREADABLE:
        raise NothingToAccept(_("No rule has been checked on this file, so there is nothing to accept."))
    if submission.check_only:
        raise NothingToAccept(_("A file that is only checked is not shared, so nothing has to be accepted."))
    if not asked.reason.strip() or len(asked.reason.strip()) > MAX_REASON:
        raise NothingToAccept(
            _("Say in at most %(most)s characters why this can be accepted.") % {"most": MAX_REASON}
        )
    if not today <= asked.until <= today + LONGEST:
        raise NothingToAccept(_("The last day is today at the earliest and in a year at the latest."))
    if asked.fund and asked.row:
        raise NothingToAccept(_("Name a fund or a row, not both."))


def _missing_tally(actor: Actor, submission: Submission) -> dict[str, Any] | None:
    """What was not told when the file was checked, read from its verdict; None when it is known."""
    known = Standing.objects.filter(submission=submission, attempt=submission.attempt, tally__isnull=False)
    return None if known.exists() else tally_of(results.verdict(actor.credentials(), submission))


def _record(actor: Actor, acceptance: Acceptance) -> None:
    asks = acceptance.state == State.REQUESTED
    record(
        tag=AuditTag.RELEASE_ASKED if asks else AuditTag.WARNING_ACCEPTED,
        institution_id=acceptance.institution_id,
        actor_id=actor.user.id,
        subject_id=acceptance.id,
        address=actor.address,
        detail={
            "submission": str(acceptance.submission_id),
            "rule": acceptance.rule,
            "row": acceptance.row,
            "count": acceptance.count,
            "reach": acceptance.reach,
            "until": acceptance.until.isoformat(),
        },
    )
    if asks:
        announce(
            Event.RELEASE_ASKED,
            institution_id=acceptance.institution_id,
            subject_id=acceptance.id,
            actor_id=actor.user.id,
            about=told(acceptance),
        )
