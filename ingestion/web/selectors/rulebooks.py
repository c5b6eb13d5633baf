"""An institution's rulebook: the one in force, its history, the one a verdict followed."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import FORMAT, Problem, check_rulebook, read_rulebook
from ingestion.pipeline.sentences import said
from ingestion.web import control
from ingestion.web.models import RulebookVersion, Submission
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotFound


@dataclass(frozen=True)
class InForce:
    """The rulebook that checks follow now.

    `version` is its object version, "" when there is none. `saved` is its row, None when it was not saved
    here. With `problems` checks break off: it names a rule that is gone, say. `document` is then what is left
    without them.
    """

    document: dict[str, Any]
    version: str
    sha256: str
    saved: RulebookVersion | None
    problems: tuple[Problem, ...] = ()


def rulebook_in_force(actor: Actor) -> InForce:
    """Read with the viewer's own credentials; an empty document when the institution has none."""
    stored = control.newest(actor, "rulebooks", control.CURRENT)
    if stored is None:
        return InForce({"format": FORMAT}, "", "", None)
    ref, body = stored
    saved = rulebook_history(actor).filter(object_version=ref.version_id).first()
    document, problems = _opened(body)
    return InForce(document, ref.version_id, ref.sha256, saved, problems)


def rulebook_history(actor: Actor) -> QuerySet[RulebookVersion]:
    """Every saved version, newest first."""
    mine = RulebookVersion.objects.filter(institution=actor.require(Role.VIEWER))
    return mine.select_related("saved_by")


def get_rulebook(actor: Actor, number: int) -> RulebookVersion:
    """One saved version; NotFound for everybody else's."""
    found = rulebook_history(actor).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no rulebook of this number."))
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


def _opened(body: bytes) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    try:
        return read_rulebook(body).document, ()
    except RuleError:
        pass
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {"format": FORMAT}, (Problem("rulebook", said("What is stored is not JSON.")),)
    problems = tuple(check_rulebook(document))
    left = _without(document, problems) if isinstance(document, dict) else {}
    return left if left and not check_rulebook(left) else {"format": FORMAT}, problems


def _without(document: dict[str, Any], problems: tuple[Problem, ...]) -> dict[str, Any]:
    """The document without the rules, own rules and uses that have problems."""
    places = {problem.place for problem in problems}
    wrong_own = {int(place.split(",")[0].split()[1]) for place in places if place.startswith("own ")}
    left: dict[str, Any] = {"format": FORMAT}
    for part in ("rules", "profiles"):
        if isinstance(document.get(part), dict):
            left[part] = {
                name: value for name, value in document[part].items() if f"{part}, {name}" not in places
            }
    if isinstance(document.get("own"), list):
        left["own"] = [rule for number, rule in enumerate(document["own"], 1) if number not in wrong_own]
    if "title" in document and "title" not in places:
        left["title"] = document["title"]
    return left
