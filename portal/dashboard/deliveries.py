"""What a page says about a submission as a delivery: the chain it stands in, corrections, a mere check."""

from dataclasses import dataclass
from typing import Any

from ingestion.web import selectors
from ingestion.web.models import Submission
from ingestion.web.services.checks import KEPT
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role


@dataclass(frozen=True)
class Link:
    """One delivery of a chain; `standing` is current, replaced or withdrawn, `here` the page's own."""

    submission: Submission
    standing: str
    here: bool


def delivery_context(actor: Actor, submission: Submission) -> dict[str, Any]:
    """For the page of a submission; from the database alone."""
    chain = selectors.chain_of(actor, submission)
    replaces = selectors.replaced_by(actor, submission)
    return {
        "chain": [Link(one, _standing(one), one.pk == submission.pk) for one in chain]
        if len(chain) > 1
        else [],
        "replaces": replaces,
        "asks_reason": bool(replaces) and not submission.reason and actor.may(Role.UPLOADER),
        "corrections": selectors.corrections_of(actor, submission),
        "check_ends": submission.created_at + KEPT if submission.check_only else None,
    }


def _standing(submission: Submission) -> str:
    if submission.state == State.WITHDRAWN:
        return "withdrawn"
    if submission.state != State.COMPLETED:
        return "checked_again"
    return "replaced" if submission.superseded_by_id else "current"
