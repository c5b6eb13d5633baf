"""What becomes of each file of an upload: received, refused, or known already."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from ingestion.web.selectors.submissions import submissions_for
from ingestion.web.services.arrivals import claim, give_up
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.services.outbox import owe_start, park_token
from ingestion.web.states import State
from ingestion.web.uploads.refusals import text_of
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.common.errors import FundgateError

if TYPE_CHECKING:  # the reception uses the services
    from ingestion.aws.objects import ObjectRef
    from ingestion.web.uploads.incoming import Incoming
    from ingestion.web.uploads.reception import Reception
    from ingestion.web.uploads.terms import Terms

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """The file is stored and is being checked, or will be once somebody continues it."""

    submission: Submission
    kind = "received"

    @property
    def file_name(self) -> str:
        return self.submission.file_name

    @property
    def message(self) -> str:
        if self.submission.state == State.STORED:
            return _("Stored. The check could not start yet; continue it from the submission's page.")
        return _("Received. It is being checked.")


@dataclass(frozen=True)
class Refused:
    """The file is not taken and nothing of it is kept; the code says why."""

    submission: Submission
    code: str
    kind = "refused"

    @property
    def file_name(self) -> str:
        return self.submission.file_name

    @property
    def title(self) -> str:
        return text_of(self.code).title

    @property
    def message(self) -> str:
        """What is wrong and what to do, in two sentences."""
        text = text_of(self.code)
        return f"{text.message} {text.how_to_fix}"


@dataclass(frozen=True)
class Duplicate:
    """The institution sent exactly this content before.

    `submission` is the earlier one, nothing new was started.
    """

    submission: Submission
    file_name: str
    kind = "duplicate"

    @property
    def message(self) -> str:
        earlier = _("Exactly this content was received before, as number %(number)s.")
        return f"{earlier % {'number': self.submission.number}} {text_of('DUPLICATE').how_to_fix}"


Outcome = Received | Refused | Duplicate


def receive(reception: Reception) -> list[Outcome]:
    """Reads the request's body and settles every file in it, in order; an empty list when it brought none.

    Reading happens here unless the CSRF check has done it; what is not settled the reception removes.
    """
    reception.read()
    complete, terms = reception.complete, reception.terms
    return [settle(reception.actor, incoming, complete, terms) for incoming in reception.incoming]


def as_json(outcome: Outcome) -> dict[str, object]:
    """What a script in the page is told about one file."""
    refused = isinstance(outcome, Refused)
    return {
        "outcome": outcome.kind,
        "file_name": outcome.file_name,
        "message": outcome.message,
        "code": outcome.code if isinstance(outcome, Refused) else "",
        "id": None if refused else str(outcome.submission.id),
        "number": None if refused else outcome.submission.number,
    }


def settle(actor: Actor, incoming: Incoming, complete: bool, terms: Terms) -> Outcome:
    """Stores a file that arrived and owes its check; `complete`: the request came to its end."""
    submission = incoming.submission
    incoming.settled = True
    if not (complete and incoming.whole):
        incoming.refuse("UPLOAD_INCOMPLETE")
    if incoming.file is None:
        return _refused(actor, incoming)
    earlier = claim(
        submission,
        sha256=incoming.file.sha256,
        length=incoming.bytes,
        kind=incoming.kind,
        terms=terms,
    )
    if earlier is not None:
        incoming.refuse("DUPLICATE")
        give_up(actor, submission, "DUPLICATE", earlier=earlier)
        if not submissions_for(actor, refused=True).filter(pk=earlier.pk).exists():
            return Refused(submission, "DUPLICATE_UNSEEN")
        return Duplicate(earlier, submission.file_name)
    ref = incoming.commit()
    if ref is None:
        return _refused(actor, incoming)
    return _stored(actor, submission, ref)


def _refused(actor: Actor, incoming: Incoming) -> Refused:
    give_up(actor, incoming.submission, incoming.refusal)
    return Refused(incoming.submission, incoming.refusal)


def _stored(actor: Actor, submission: Submission, ref: ObjectRef) -> Outcome:
    """State, outbox and audit in one transaction; without a parked token the file is stored and waits."""
    try:
        parameter = park_token(actor, submission, attempt=1)
    except (aws.AwsError, FundgateError) as error:
        log.warning("submission %s is stored but waits: %s", submission.id, type(error).__name__)
        parameter = ""
    with transaction.atomic():
        current = locked(submission.id)
        pointers = {"object_bucket": ref.bucket, "object_key": ref.key, "object_version": ref.version_id}
        if not change(current, State.STORED, actor_id=actor.user.id, **pointers):
            return Refused(current, current.code or "UPLOAD_INCOMPLETE")  # it took more than an hour
        record_act(actor, current, AuditTag.SUBMISSION_STORED, {**ref.to_json()})
        if parameter:
            change(current, State.QUEUED, actor_id=actor.user.id, attempt=1)
            owe_start(actor, current, parameter)
            record_act(actor, current, AuditTag.SUBMISSION_QUEUED, {"attempt": 1})
    return Received(current)
