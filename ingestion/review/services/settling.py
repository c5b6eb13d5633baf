"""Where a submission stands: its counts met with what is accepted; what no longer fits lapses here."""

from typing import Any
from uuid import UUID

from ingestion.pipeline.card import groups_of, tally_by_fund
from ingestion.pipeline.coverage import Group, covered, misfit
from ingestion.review.models import Acceptance, Standing
from ingestion.review.reach import files_in_reach, within_reach
from ingestion.review.services.lapsing import close, tell_all
from ingestion.review.signals import settled
from ingestion.review.states import Lapse, Outcome, State
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState
from ingestion.web.states import Verdict
from portal.accounts.models import Institution


def keep_tally(submission: Submission, tally: dict[str, Any] | None) -> None:
    """Keeps what the latest attempt counted, None when that is not known; after `one_at_a_time`.

    Of a file that is only checked no fund is kept: its index card is deleted after a week.
    """
    if tally and submission.check_only:
        tally = tally | {"groups": [group | {"funds": None} for group in tally["groups"]]}
    named = tally_by_fund(submission.index_card, tally) if tally else None
    Standing.objects.update_or_create(
        submission=submission, defaults={"attempt": submission.attempt, "tally": named}
    )


def one_at_a_time(institution_id: UUID) -> None:
    """Waits for other reviews of an institution until this transaction ends.

    An acceptance and a verdict that come together must see each other. Taken after the lock on a submission
    and before those on a standing and on an acceptance, in every transaction: else two wait for each other.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=institution_id)


def settle(submission: Submission) -> None:
    """Works out anew where a submission stands; within a transaction."""
    tell_all(_settled(submission))


def settle_all(acceptance: Acceptance) -> list[Acceptance]:
    """Settles every file that an acceptance is for, oldest first: the first it does not fit ends it.

    What lapsed is returned: it is told behind the record of the act, which comes after every lock.
    """
    return [lapsed for submission in files_in_reach(acceptance) for lapsed in _settled(submission)]


def _settled(submission: Submission) -> list[Acceptance]:
    """What lapsed with it."""
    one_at_a_time(submission.institution_id)
    standing, _ = Standing.objects.get_or_create(
        submission=submission, defaults={"attempt": submission.attempt}
    )
    if standing.attempt != submission.attempt:
        standing.attempt, standing.tally = submission.attempt, None
    groups = groups_of(standing.tally)
    near = within_reach(submission)
    lapsed: list[Acceptance] = []
    if _checked(submission) and standing.tally is not None and not submission.check_only:
        lapsed = _lapse_misfits(near, submission, groups, complete=standing.tally["complete"])
    counting = [each for each in near if each.covers_before(submission.number)]
    _stand(standing, submission, groups, counting)
    standing.save()
    settled.send(Submission, submission=submission)
    return lapsed


def _lapse_misfits(
    near: list[Acceptance], submission: Submission, groups: dict[str, Group], *, complete: bool
) -> list[Acceptance]:
    lapsed = []
    for acceptance in near:
        if acceptance.state not in (State.REQUESTED, State.IN_FORCE):
            continue
        why = misfit(acceptance, groups.get(acceptance.rule), complete=complete)
        if why is not None:
            own = acceptance.submission_id == submission.pk
            close(acceptance, Lapse(why), with_submission=None if own else submission)
            lapsed.append(acceptance)
    return lapsed


def _stand(
    standing: Standing, submission: Submission, groups: dict[str, Group], counting: list[Acceptance]
) -> None:
    counts = submission.counts
    still = {"error": counts["error"], "warning": counts["warning"]}
    used: list[Acceptance] = []
    for group in groups.values():
        here = [each for each in counting if each.rule == group.rule]
        if accepted := covered(group, here):
            used += here
            still[group.severity] -= accepted
    standing.open_errors, standing.open_warnings = max(0, still["error"]), max(0, still["warning"])
    standing.until = min((each.until for each in used), default=None)
    standing.outcome = _outcome(standing, submission) if _checked(submission) else ""


def _outcome(standing: Standing, submission: Submission) -> Outcome:
    if standing.open_errors or standing.open_warnings:
        return Outcome.OPEN
    if submission.error_count:
        return Outcome.RELEASED
    return Outcome.ACCEPTED if submission.warning_count else Outcome.CLEAN


def _checked(submission: Submission) -> bool:
    return submission.state == SubmissionState.COMPLETED and submission.verdict != Verdict.UNREADABLE
