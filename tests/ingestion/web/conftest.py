"""Rows as the real ones are."""

from typing import Any

from django.utils import timezone

from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.services.arrivals import begin
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from tests.ingestion.web.decisions import bucket  # noqa: F401

SHA = "ab" * 32


def submission(owner: Actor, state: State = State.QUEUED, **fields: Any) -> Submission:
    """A submission in the given state, with what a stored file has."""
    made = begin(owner, owner.require(Role.UPLOADER), "delivery.csv")
    stored = {
        "attempt": 1,
        "sha256": SHA,
        "bytes": 1000,
        "content_kind": "csv",
        "object_bucket": "fundgate-000000000000-alpine-am-landing",
        "object_key": f"{made.id}/original",
        "object_version": "v1",
    }
    for name, value in (stored | fields).items():
        setattr(made, name, value)
    made.state = state
    made.save()
    return made


def outbox(made: Submission, owner: Actor, **fields: Any) -> OutboxEntry:
    """The owed start of a submission's attempt."""
    name = f"/fundgate/tokens/{made.id}-{made.attempt}-{'0' * 32}"
    given = {"created_at": timezone.now()} | fields
    return OutboxEntry.objects.create(
        submission=made, attempt=made.attempt, actor=owner.user, token_parameter=name, **given
    )
