"""What is corrected in the browser: the rows of a checked file, and the rulebook a new check would follow."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from ingestion.aws import errors as aws
from ingestion.aws import objects
from ingestion.pipeline.delivery import Delivery, cells_of
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import Rulebook, read_rulebook
from ingestion.web import control
from ingestion.web.acts import record_act
from ingestion.web.errors import NoResultYet, NotCorrectable
from ingestion.web.models import Submission
from ingestion.web.pointers import pointer
from ingestion.web.results.delivery import MAX_ROWS_BYTES
from ingestion.web.results.documents import require_verdict, s3_client
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag

MAX_BYTES = 5 * 1024 * 1024
MAX_CELLS = 600_000
TOO_LARGE = noop(
    "This file is too large to be corrected here. Correct it where it is made and upload the new file."
)
SHIFTED = noop("The structure of this file is broken; it has to be mended where the file is made.")


@dataclass(frozen=True)
class CorrectionDesk:
    """The rows as they were read, and the rules in force now; nothing of it is kept between requests."""

    delivery: Delivery
    rulebook: Rulebook | None


def correctable(submission: Submission) -> bool:
    """Whether correcting is offered, as far as the database tells."""
    return (
        submission.state == State.COMPLETED
        and submission.verdict in (Verdict.FAILED, Verdict.PASSED_WITH_WARNINGS)
        and submission.deleted_at is None
        and submission.bytes <= MAX_BYTES
    )


def correction_desk(actor: Actor, submission: Submission) -> CorrectionDesk:
    """Read with the person's own credentials and recorded.

    NoResultYet without a verdict or rows, NotCorrectable with the reason.
    """
    actor.require(Role.UPLOADER)
    if submission.state != State.COMPLETED:
        raise NotCorrectable(_("Only a delivery that was checked can be corrected."))
    require_verdict(submission)
    if submission.bytes > MAX_BYTES:
        raise NotCorrectable(_(TOO_LARGE))
    body = _rows(actor, submission)
    if cells_of(body) > MAX_CELLS:
        raise NotCorrectable(_(TOO_LARGE))
    delivery = Delivery.from_parquet(body)
    if delivery.too_wide:
        raise NotCorrectable(_(SHIFTED))
    detail = {"attempt": submission.attempt, "for": "correction"}
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, detail)
    return CorrectionDesk(delivery, _rulebook(actor))


def _rows(actor: Actor, submission: Submission) -> bytes:
    s3, where = s3_client(actor.credentials()), pointer(submission, "rows")
    try:
        if where["version_id"]:
            ref = objects.ObjectRef.from_json(where)
            if ref.bytes > MAX_ROWS_BYTES:
                raise NotCorrectable(_(TOO_LARGE))
            return objects.get(s3, ref)
        return objects.latest(s3, where["bucket"], where["key"], most=MAX_ROWS_BYTES)
    except aws.ObjectTooLarge:
        raise NotCorrectable(_(TOO_LARGE)) from None
    except aws.NotFound:
        raise NoResultYet(
            _("The rows of this file are not stored. Run the check again to correct it here.")
        ) from None


def _rulebook(actor: Actor) -> Rulebook | None:
    stored = control.newest(actor, "rulebooks", control.CURRENT)
    if stored is None:
        return None
    try:
        return read_rulebook(stored[1])
    except RuleError:
        raise NotCorrectable(
            _("Your institution's rulebook cannot be followed, so no rule can run. A reviewer can mend it.")
        ) from None
