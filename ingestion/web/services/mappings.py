"""Column mappings: saved in the institution's bucket by its reviewers, with an index row and a record."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from ingestion.aws.objects import ObjectRef
from ingestion.pipeline.mapping import SET_ASIDE, check_mapping
from ingestion.web import control
from ingestion.web.desk import MappingDesk
from ingestion.web.errors import MappingInvalid
from ingestion.web.models import ColumnMapping
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag


def save_mapping(*, actor: Actor, document: dict[str, Any], desk: MappingDesk | None = None) -> ColumnMapping:
    """Saves a mapping for every file of this shape from now on; MappingInvalid with all that is wrong."""
    institution = actor.require(Role.REVIEWER)
    problems = check_mapping(document, desk.layout if desk else None)
    if problems:
        raise MappingInvalid(problems)
    body = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    ref = control.write(actor, "mappings", document["fingerprint"], body)
    known: dict[str, Any] = {
        "in_use": True,
        "template": document["template"],
        "template_version": document["version"],
        "columns": len(document["columns"]),
    }
    if desk is not None:
        known |= {"layout_from": desk.shown_by, "layout_attempt": desk.attempt}
    with transaction.atomic():
        mapping, _ = ColumnMapping.objects.update_or_create(
            institution=institution, fingerprint=document["fingerprint"], defaults=known | _as(actor, ref)
        )
        _record(AuditTag.MAPPING_SAVED, actor, mapping)
    return mapping


def set_mapping_aside(*, actor: Actor, mapping: ColumnMapping) -> ColumnMapping:
    """Ends the use of a mapping; the next file of this shape is asked about again.

    Nothing is deleted, earlier versions explain earlier verdicts: a mark takes the mapping's place.
    """
    actor.require(Role.REVIEWER)
    ref = control.write(actor, "mappings", mapping.fingerprint, json.dumps(SET_ASIDE).encode())
    with transaction.atomic():
        for name, value in (_as(actor, ref) | {"in_use": False}).items():
            setattr(mapping, name, value)
        mapping.save()
        _record(AuditTag.MAPPING_SET_ASIDE, actor, mapping)
    return mapping


def _as(actor: Actor, ref: ObjectRef) -> dict[str, Any]:
    return {
        "sha256": ref.sha256,
        "object_version": ref.version_id,
        "saved_by": actor.user,
        "saved_at": timezone.now(),
    }


def _record(tag: AuditTag, actor: Actor, mapping: ColumnMapping) -> None:
    record(
        tag=tag,
        institution_id=mapping.institution_id,
        actor_id=actor.user.id,
        subject_id=mapping.id,
        address=actor.address,
        detail={
            "fingerprint": mapping.fingerprint,
            "template": f"{mapping.template} {mapping.template_version}",
            "columns": mapping.columns,
            "sha256": mapping.sha256,
            "object_version": mapping.object_version,
        },
    )
