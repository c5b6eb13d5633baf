"""An institution's rulebook: the one in force, its history, the one a verdict followed."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import FORMAT, read_rulebook
from ingestion.web import control
from ingestion.web.models import RulebookVersion, Submission
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotFound


@dataclass(frozen=True)
class InForce:
    """The rulebook that checks follow now.

    `version` is its object version, "" when there is none. `saved` is its row, None when it was not saved
    here. `usable` is False when what is stored is no rulebook: checks break off then.
    """

    document: dict[str, Any]
    version: str
    sha256: str
    saved: RulebookVersion | None
    usable: bool = True


def rulebook_in_force(actor: Actor) -> InForce:
    """Read with the viewer's own credentials; an empty document when the institution has none."""
    stored = control.newest(actor, "rulebooks", control.CURRENT)
    if stored is None:
        return InForce({"format": FORMAT}, "", "", None)
    ref, body = stored
    saved = rulebook_history(actor).filter(object_version=ref.version_id).first()
    try:
        return InForce(read_rulebook(body).document, ref.version_id, ref.sha256, saved)
    except RuleError:
        return InForce({"format": FORMAT}, ref.version_id, ref.sha256, saved, usable=False)


def rulebook_history(actor: Actor) -> QuerySet[RulebookVersion]:
    """Every saved version, newest first."""
    mine = RulebookVersion.objects.filter(institution=actor.require(Role.VIEWER))
    return mine.select_related("saved_by")


def get_rulebook(actor: Actor, number: int) -> RulebookVersion:
    """One saved version; NotFound for everybody else's."""
    found = rulebook_history(actor).filter(number=number).first()
    if found is None:
        raise NotFound("There is no rulebook of this number.")
    return found


def rulebook_document(actor: Actor, saved: RulebookVersion) -> dict[str, Any]:
    """The text of a saved version, proven to be it; ingestion.aws.errors.NotFound when it is gone."""
    body = control.version(
        actor, "rulebooks", control.CURRENT, saved.object_version, saved.sha256, saved.bytes
    )
    document: dict[str, Any] = json.loads(body)
    return document


def rulebook_of(submission: Submission, verdict: dict[str, Any]) -> RulebookVersion | None:
    """The version a verdict followed, when it was saved here."""
    followed = verdict.get("rulebook")
    if not followed:
        return None
    return RulebookVersion.objects.filter(
        institution_id=submission.institution_id, object_version=followed["version_id"]
    ).first()
