"""A newer delivery of the same portfolios, template and valuation date takes the place of the earlier one."""

import hashlib
import json
from typing import Any

from ingestion.web.models import Submission
from ingestion.web.states import State
from portal.audit.services import record
from portal.audit.tags import AuditTag


def delivery_key(card: dict[str, Any]) -> str:
    """Hash of portfolios + template + valuation date, 64 hex digits.

    Empty when the file does not name them.
    """
    portfolios = sorted(
        {str(portfolio["id"]).strip().upper() for portfolio in card.get("portfolios") or []} - {""}
    )
    if not portfolios or not card.get("valuation_date"):
        return ""
    name = json.dumps([card["template"], str(card["valuation_date"]), portfolios], separators=(",", ":"))
    return hashlib.sha256(name.encode()).hexdigest()


def supersede(submission: Submission) -> None:
    """Points every earlier delivery with this key to the newest one; all of them stay readable.

    Called with the submission's row locked; the result does not depend on the order in which the deliveries
    came to their verdicts.
    """
    if not submission.delivery_key:
        return
    same = list(
        Submission.objects.select_for_update(of=("self",))
        .filter(institution_id=submission.institution_id, delivery_key=submission.delivery_key)
        .exclude(state=State.WITHDRAWN)
        .order_by("number")
    )
    checked = [one for one in same if one.state == State.COMPLETED]
    newest = checked[-1] if checked else None
    for one in same:
        by = newest if newest and newest.number > one.number else None
        if one.superseded_by_id == (by.id if by else None):
            continue
        one.superseded_by = by
        one.save(update_fields=["superseded_by"])
        if one.pk == submission.pk:
            submission.superseded_by = by
        if by:
            record(
                tag=AuditTag.SUBMISSION_SUPERSEDED,
                institution_id=one.institution_id,
                actor_id=None,
                subject_id=one.id,
                detail={"by": str(by.id)},
            )
