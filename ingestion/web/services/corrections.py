"""Corrected cells become a file of their own: a new submission that points at the one it corrects."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from ingestion.pipeline.corrections import CannotBeWritten, Correction, corrected, rebuilt, written
from ingestion.web.errors import NotCorrectable
from ingestion.web.models import Submission
from ingestion.web.results.delivery import whole_original
from ingestion.web.services.arrivals import begin, give_up
from ingestion.web.services.receiving import Outcome, settle
from ingestion.web.uploads.incoming import Incoming
from ingestion.web.uploads.rate import check_rate
from ingestion.web.uploads.storage import LandingStorage
from ingestion.web.uploads.terms import Terms, a_reason
from portal.accounts.actor import Actor
from portal.accounts.roles import Role

if TYPE_CHECKING:
    from ingestion.web.selectors.corrections import CorrectionDesk

_MARK = "-corrected"


def save_corrections(
    actor: Actor,
    submission: Submission,
    *,
    desk: CorrectionDesk,
    corrections: list[Correction],
    reason: str = "",
) -> Outcome:
    """Hands the corrected file in, or only to be checked if the first one was; what became of it.

    It goes the way of every upload. NotCorrectable when no file could be made that reads as shown.
    """
    institution = actor.require(Role.UPLOADER)
    if not corrections:
        raise NotCorrectable(_("No cell is corrected yet, so there is nothing to save."))
    terms = Terms(desk.delivery.template, a_reason(reason))
    try:
        body, kind = _file(actor, submission, desk, corrections)
    except CannotBeWritten:
        raise NotCorrectable(
            _(
                "With these cells the file would be read otherwise than shown here. "
                "Correct it where it is made and upload the new file."
            )
        ) from None
    check_rate(institution)
    storage = LandingStorage.of(actor)
    name = _name(submission.file_name, kind)
    row = begin(actor, institution, name, check_only=submission.check_only, corrects=submission)
    incoming = Incoming(row, storage)
    try:
        incoming.write(body)
        incoming.finish()
        return settle(actor, incoming, True, terms)
    finally:
        if not incoming.settled:
            incoming.refuse("UPLOAD_INCOMPLETE")
            give_up(actor, row, incoming.refusal)


def _file(
    actor: Actor, submission: Submission, desk: CorrectionDesk, corrections: list[Correction]
) -> tuple[bytes, str]:
    """The corrected file and its kind; of a zip the whole zip, so that it is the same delivery again."""
    made = corrected(desk.delivery, corrections)
    if not desk.delivery.inspection.members:
        return written(made, submission.content_kind)
    original = whole_original(actor.credentials(), submission)
    return rebuilt(original, made, {one.part for one in corrections}), "zip"


def _name(name: str, kind: str) -> str:
    return f"{PurePath(name).stem.removesuffix(_MARK)}{_MARK}.{kind}"
