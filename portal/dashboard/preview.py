"""Trying a rulebook or a column mapping on a stored file before it is saved, as pages ask and show it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ingestion.aws.errors import AwsError
from ingestion.web import selectors
from ingestion.web.desk import MappingDesk
from ingestion.web.errors import MappingInvalid, RulebookInvalid
from ingestion.web.models import Submission
from ingestion.web.selectors.preview import preview_candidates, preview_mapping, preview_rulebook
from portal.accounts.actor import Actor
from portal.common.errors import FundgateError
from portal.dashboard.selectors import sentence_of


def wanted(request: HttpRequest) -> bool:
    """Whether a form was sent to be tried, not saved."""
    return request.method == "POST" and "preview" in request.POST


def offered(actor: Actor, template: str = "") -> dict[str, Any]:
    """The deliveries a draft can be tried on."""
    return {"preview_candidates": preview_candidates(actor, template)}


def tried(request: HttpRequest, in_force: dict[str, Any], draft: dict[str, Any]) -> dict[str, Any]:
    """The preview on the delivery that was chosen, or why there is none. RulebookInvalid still rises."""
    actor = request.actor  # type: ignore[attr-defined]
    chosen = request.POST.get("preview_on", "")
    if not chosen:
        return {"preview_problem": _("Choose a delivery to try the draft on.")}
    try:
        submission = selectors.get_submission(actor, chosen)
        found = preview_rulebook(actor, submission, in_force, draft)
    except RulebookInvalid:
        raise
    except (AwsError, FundgateError) as error:
        return {"preview_problem": sentence_of(error), "preview_on": chosen}
    return {"preview": found, "preview_on": chosen}


def read_by(actor: Actor, submission: Submission, draft: dict[str, Any], desk: MappingDesk) -> dict[str, Any]:
    """The file as a draft of a mapping reads it, or why that is not known. MappingInvalid still rises."""
    try:
        return {"preview": preview_mapping(actor, submission, draft, desk)}
    except MappingInvalid:
        raise
    except (AwsError, FundgateError) as error:
        return {"preview_problem": sentence_of(error)}
