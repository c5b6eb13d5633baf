"""The rulebook a run follows: the institution's, as it stood when the file was inspected."""

from typing import Any

from ingestion.aws.layout import control_key
from ingestion.lambdas.failures import StageFailed
from ingestion.lambdas.work import RULEBOOK, Work
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import Rulebook, read_rulebook


def rulebook_of(work: Work) -> Rulebook | None:
    """None when there is none; RULEBOOK_INVALID for one that cannot be followed: nobody may overlook that."""
    if not work.ref(RULEBOOK):
        return None
    try:
        return read_rulebook(work.read(RULEBOOK))
    except RuleError:
        raise StageFailed("RULEBOOK_INVALID") from None


def followed(work: Work, rulebook: Rulebook | None) -> dict[str, Any] | None:
    """Which version of the institution's rulebook that is, for the verdict."""
    saved = work.job.looked_up(control_key("rulebooks", "current"))
    if rulebook is None or saved is None:
        return None
    title = rulebook.document.get("title", "")
    return {"version_id": saved.version_id, "sha256": saved.sha256, "title": title}
