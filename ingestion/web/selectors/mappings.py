"""An institution's column mappings, and what a person needs to see to make or change one."""

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.pipeline.layout import Layout
from ingestion.web import control, results
from ingestion.web.acts import record_act
from ingestion.web.desk import MappingDesk
from ingestion.web.models import ColumnMapping, Submission
from ingestion.web.selectors.findings import verdict_document
from ingestion.web.selectors.limits import with_seen
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound


def mappings_for(actor: Actor) -> QuerySet[ColumnMapping]:
    """The institution's mappings, those in use first, newest first."""
    mine = ColumnMapping.objects.filter(institution=actor.require(Role.VIEWER))
    found = with_seen(mine.select_related("saved_by"), actor.limit, "last_used_by", "layout_from")
    return found.order_by("-in_use", "-saved_at")


def get_mapping(actor: Actor, fingerprint: str) -> ColumnMapping:
    """The mapping for this header row; NotFound for everybody else's."""
    found = mappings_for(actor).filter(fingerprint=fingerprint).first()
    if found is None:
        raise NotFound(_("There is no mapping for this header row."))
    return found


def mapping_in_force(actor: Actor, fingerprint: str) -> tuple[dict[str, Any] | None, str]:
    """The mapping as runs find it now, None when it is not in use; its object version, "" for none."""
    stored = control.newest(actor, "mappings", fingerprint)
    if stored is None:
        return None, ""
    return as_mapping(stored[1]), stored[0].version_id


def as_mapping(body: bytes) -> dict[str, Any] | None:
    """The document in a stored object; None for a mark that sets it aside, and for what is no mapping."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "columns" in document else None


def mapping_desk(actor: Actor, submission: Submission) -> MappingDesk:
    """What there is to map in a submission: an unknown layout, one that was guessed, or one mapped before.

    NoResultYet before there is a verdict, NotFound when the template was recognised without help.
    """
    document = verdict_document(actor, submission)
    read = document.get("inspection") or {}
    layout, shown_by, attempt = document.get("layout") or read.get("layout"), submission, submission.attempt
    fingerprint = (layout or read).get("fingerprint", "")
    mapping = mappings_for(actor).filter(fingerprint=fingerprint).first()
    if not layout and mapping and mapping.layout_from:
        shown_by, attempt = mapping.layout_from, mapping.layout_attempt
        layout = _layout(actor, shown_by, attempt)
    if not layout:
        raise NotFound(_("The columns of this file were recognised by their names; there is nothing to map."))
    saved, version = mapping_in_force(actor, fingerprint)
    return MappingDesk(Layout(**layout), saved, shown_by, attempt, version, mapping is not None)


def headers_of(actor: Actor, mapping: ColumnMapping) -> list[str]:
    """The header row of the layout, from the verdict that shows it; empty when it is not stored."""
    if mapping.layout_from is None:
        return []
    layout = _layout(actor, mapping.layout_from, mapping.layout_attempt)
    return list(layout["headers"]) if layout else []


def _layout(actor: Actor, submission: Submission, attempt: int) -> dict[str, Any] | None:
    try:
        document = results.verdict_of(actor.credentials(), submission, attempt)
    except aws.NotFound:
        return None
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, {"attempt": attempt})
    found: dict[str, Any] | None = document.get("layout") or (document.get("inspection") or {}).get("layout")
    return found
