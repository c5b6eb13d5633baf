"""Column mappings: saved in the institution's bucket by its reviewers, each version kept with who and why."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws.objects import ObjectRef
from ingestion.pipeline.mapping import SET_ASIDE, check_mapping
from ingestion.web import control
from ingestion.web.desk import MappingDesk
from ingestion.web.errors import MappingChanged, MappingInvalid, ReasonNeeded
from ingestion.web.models import ColumnMapping, MappingVersion
from ingestion.web.uploads.terms import a_reason
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag


def save_mapping(
    *,
    actor: Actor,
    document: dict[str, Any],
    based_on: str,
    reason: str = "",
    desk: MappingDesk | None = None,
) -> ColumnMapping:
    """Saves a mapping for every file of this shape from now on; MappingInvalid with all that is wrong.

    `based_on` is the object version it was made from, "" for none: MappingChanged when another one stands by
    now. The first one needs no reason, a change does: ReasonNeeded. Saving what is in use changes nothing.
    """
    institution = actor.require_for_all_funds(Role.REVIEWER)
    problems = check_mapping(document, desk.layout if desk else None)
    if problems:
        raise MappingInvalid(problems)
    known: dict[str, Any] = {
        "in_use": True,
        "template": document["template"],
        "template_version": document["version"],
        "columns": len(document["columns"]),
    }
    shown = {"layout_from": desk.shown_by, "layout_attempt": desk.attempt} if desk else {}
    actor.credentials()  # renewed here if need be: a renewal must not be undone with the transaction
    with transaction.atomic():
        mapping, stands = _to_change(actor, institution, document["fingerprint"], based_on)
        body = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
        if stands == body and mapping.object_version == based_on:
            return mapping
        return _save(actor, mapping, body, AuditTag.MAPPING_SAVED, known | shown, reason)


def set_mapping_aside(*, actor: Actor, mapping: ColumnMapping, based_on: str, reason: str) -> ColumnMapping:
    """Ends the use of a mapping; the next file of this shape is asked about again.

    Nothing is deleted, earlier versions explain earlier verdicts: a mark takes the mapping's place.
    MappingChanged, ReasonNeeded; one that is set aside already stays as it is.
    """
    institution = actor.require_for_all_funds(Role.REVIEWER)
    actor.credentials()
    with transaction.atomic():
        current, _stands = _to_change(actor, institution, mapping.fingerprint, based_on)
        if not current.in_use:
            return current
        body = json.dumps(SET_ASIDE).encode()
        return _save(actor, current, body, AuditTag.MAPPING_SET_ASIDE, {"in_use": False}, reason)


def _to_change(
    actor: Actor, institution: Institution, fingerprint: str, based_on: str
) -> tuple[ColumnMapping, bytes]:
    """The mapping, or a new one, and what is stored; one person saves at a time.

    MappingChanged when what is stored is not `based_on`.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    stored = control.newest(actor, "mappings", fingerprint)
    if (stored[0].version_id if stored else "") != based_on:
        raise MappingChanged
    found = ColumnMapping.objects.filter(institution=institution, fingerprint=fingerprint).first()
    return found or ColumnMapping(institution=institution, fingerprint=fingerprint), stored[
        1
    ] if stored else b""


def _save(
    actor: Actor, mapping: ColumnMapping, body: bytes, tag: AuditTag, known: dict[str, Any], reason: str
) -> ColumnMapping:
    """Object, row, version and record of one change."""
    last = None if mapping._state.adding else mapping.versions.first()
    reason = a_reason(reason)
    if last and not reason:
        raise ReasonNeeded(_("Say in a few words why; it stands in the history."))
    ref = control.write(actor, "mappings", mapping.fingerprint, body)
    for name, value in (known | _as(actor, ref)).items():
        setattr(mapping, name, value)
    mapping.save()
    kept = ("in_use", "template", "template_version", "columns", "sha256", "object_version", "saved_at")
    version = MappingVersion.objects.create(
        mapping=mapping,
        number=last.number + 1 if last else 1,
        reason=reason,
        saved_by=actor.user,
        **{name: getattr(mapping, name) for name in kept},
    )
    _record(tag, actor, mapping, version.number)
    return mapping


def _as(actor: Actor, ref: ObjectRef) -> dict[str, Any]:
    return {
        "sha256": ref.sha256,
        "object_version": ref.version_id,
        "saved_by": actor.user,
        "saved_at": timezone.now(),
    }


def _record(tag: AuditTag, actor: Actor, mapping: ColumnMapping, number: int) -> None:
    record(
        tag=tag,
        institution_id=mapping.institution_id,
        actor_id=actor.user.id,
        subject_id=mapping.id,
        address=actor.address,
        detail={
            "fingerprint": mapping.fingerprint,
            "number": number,
            "template": f"{mapping.template} {mapping.template_version}",
            "columns": mapping.columns,
            "sha256": mapping.sha256,
            "object_version": mapping.object_version,
        },
    )
