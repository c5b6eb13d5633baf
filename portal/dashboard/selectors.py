"""What is read with the viewer's own credentials: a submission's results, a rule as the rulebook has it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from ingestion.aws.errors import AwsError
from ingestion.pipeline.catalogue import Entry
from ingestion.web import selectors, services
from ingestion.web.models import Submission
from ingestion.web.states import REPEATABLE, State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.selectors import records_about
from portal.audit.tags import AuditTag
from portal.common.errors import FundgateError, SignInNeeded, as_fundgate_error
from portal.custody.held import is_held
from portal.dashboard import wording
from portal.dashboard.banners import banner
from portal.dashboard.deliveries import delivery_context
from portal.dashboard.downloads import downloads_of
from portal.dashboard.finding_filter import FindingFilter
from portal.dashboard.finding_table import finding_table
from portal.dashboard.paging import pages_of
from portal.dashboard.review import review_context
from portal.dashboard.rule_list import as_followed
from portal.dashboard.verdict import details

PATIENCE = timedelta(minutes=2)  # a check that takes longer is asked about less often


@dataclass(frozen=True)
class Actions:
    """The buttons the viewer gets; the services check again."""

    go_on: bool = False
    run_again: bool = False
    upload: bool = False
    withdraw: bool = False
    correct: bool = False

    @property
    def any(self) -> bool:
        return self.go_on or self.run_again or self.upload or self.withdraw or self.correct


@dataclass(frozen=True)
class Shown:
    """What a page draws from the database alone; `fingerprint` changes when any of it does."""

    context: dict[str, Any]
    fingerprint: str


def picture(actor: Actor, submission: Submission) -> Shown:
    """The submission without its results."""
    steps = selectors.pipeline_steps(submission)
    moving = submission.state in wording.MOVING
    poll_seconds = 1 if timezone.now() - submission.state_since < PATIENCE else 5
    audits = selectors.provenance(submission)
    actions = actions_for(actor, submission)
    words = [
        submission.state,
        submission.verdict,
        str(submission.attempt),
        str(poll_seconds),
        str(actions.go_on),
    ]
    words += [f"{step.name[0]}{step.state}" for step in steps]
    fingerprint = "-".join(words).lower()
    context = {
        "submission": submission,
        "banner": banner(submission, may_continue=actions.go_on),
        "card": submission.index_card or {},
        "steps": steps,
        "moving": moving,
        "poll_seconds": poll_seconds,
        "fingerprint": fingerprint,
        "actions": actions,
        "superseded_by": submission.superseded_by,
        "downloads": downloads_of(submission),
        "has_counts": has_counts(submission),
        "ruleset_version": _latest(audits, "ruleset_version"),
        "code_version": _latest(audits, "code_version"),
        "provenance": audits,
        "came_from": _came_from(submission),
        **review_context(actor, submission),
    } | delivery_context(actor, submission)
    return Shown(context, fingerprint)


def read_results(actor: Actor, submission: Submission, *, size: int) -> dict[str, Any]:
    """The verdict document and the first page of findings; the reason instead when the store gives none.

    SignInNeeded still rises: without a sign-in there is no page.
    """
    if not submission.verdict or submission.deleted_at:
        return {}
    try:
        document = selectors.verdict_document(actor, submission)
        found = None
        if has_counts(submission):
            found = selectors.findings_page(actor, submission, size=size, document=document)
            table = finding_table(actor, submission, document, found.rows)
    except SignInNeeded:
        raise
    except (AwsError, FundgateError) as error:
        return {"reading_problem": sentence_of(error)}
    results = details(document, str(submission.id))
    results["form"] = FindingFilter(document=document)
    results["mappings_followed"] = selectors.mappings_followed(submission, document)
    results["rulebook_saved"] = selectors.rulebook_of(submission, document)
    if version := document.get("ruleset_version"):
        results["ruleset_version"] = version
    if found is not None:
        results |= {
            "findings": found,
            "table": table,
            "finding_pages": pages_of(found.page, found.pages),
            "findings_url": reverse("findings", args=[submission.id]),
        }
    return results


def own_setting(actor: Actor, entry: Entry) -> dict[str, Any]:
    """What the institution's rulebook makes of a rule; why that is not known when it cannot be read.

    Unlike results, the texts of a rule need no sign-in to the store.
    """
    try:
        in_force = selectors.rulebook_in_force(actor)
    except (AwsError, FundgateError) as error:
        if (known := as_fundgate_error(error)) is None:
            raise
        return {"own_problem": known.message}
    selectors.note_rulebook(actor, in_force.version, rule=entry.rule.id)
    return {"own": as_followed(entry, in_force.document)}


def actions_for(actor: Actor, submission: Submission) -> Actions:
    """What this viewer may do to the submission in its present state."""
    if not actor.may(Role.UPLOADER) or submission.deleted_at:
        return Actions()
    waits = submission.state in (State.NEEDS_SIGN_IN, State.STORED)
    return Actions(
        go_on=waits,
        run_again=submission.state in REPEATABLE and not waits,
        upload=submission.state == State.COMPLETED
        and submission.superseded_by_id is None
        and submission.verdict in (Verdict.FAILED, Verdict.UNREADABLE),
        withdraw=services.may_withdraw(actor, submission) and not is_held(submission),
        correct=selectors.correctable(submission),
    )


def has_counts(submission: Submission) -> bool:
    """Whether rules were checked and their findings are there to be read."""
    checked = submission.verdict and submission.verdict != Verdict.UNREADABLE
    return bool(checked) and not submission.deleted_at


def sentence_of(error: AwsError | FundgateError) -> str:
    """Why something cannot be shown; SignInNeeded, and what nobody foresaw, still rise."""
    known = as_fundgate_error(error)
    if known is None:
        raise error
    if isinstance(known, SignInNeeded):
        raise known from None
    return known.message


def _came_from(submission: Submission) -> str:
    """The network address the file was handed in from; "" where none was recorded."""
    about = records_about(institution_id=submission.institution_id, subject_id=submission.id)
    received = about.filter(tag=AuditTag.SUBMISSION_RECEIVED).first()
    return (received and received.address) or ""


def _latest(audits: list[dict[str, Any]], name: str) -> str:
    return next((str(audit[name]) for audit in reversed(audits) if audit.get(name)), "")
