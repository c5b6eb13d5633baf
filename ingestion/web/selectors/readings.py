"""What is recorded when somebody reads what an institution decided: rulebook and mappings may hold values."""

from typing import Any

from ingestion.web.models import ColumnMapping, MappingVersion
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag


def note_rulebook(actor: Actor, object_version: str, **detail: Any) -> None:
    """Somebody reads this version of a rulebook; nothing is recorded where there is none."""
    if object_version:
        _note(actor, AuditTag.RULEBOOK_VIEWED, None, {"object_version": object_version} | detail)


def note_mapping(actor: Actor, fingerprint: str, *versions: MappingVersion) -> None:
    """Somebody reads these saved versions of a mapping; with none of them, the one in force.

    That one may have been stored without the portal, and then has no row.
    """
    detail: dict[str, Any] = {"fingerprint": fingerprint}
    if versions:
        detail["numbers"] = [one.number for one in versions]
    saved = ColumnMapping.objects.filter(institution=actor.require(Role.VIEWER), fingerprint=fingerprint)
    _note(actor, AuditTag.MAPPING_VIEWED, saved.values_list("pk", flat=True).first(), detail)


def _note(actor: Actor, tag: AuditTag, subject_id: Any, detail: dict[str, Any]) -> None:
    record(
        tag=tag,
        institution_id=actor.require(Role.VIEWER).pk,
        actor_id=actor.user.pk,
        subject_id=subject_id,
        address=actor.address,
        detail=detail,
    )
