"""The saved versions of a column mapping: who, when, why, what each says otherwise than the one before."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.pipeline.mapping_changes import MappingChange, mapping_changes
from ingestion.web import control
from ingestion.web.models import ColumnMapping, MappingVersion, Submission
from ingestion.web.selectors.mappings import as_mapping
from portal.accounts.actor import Actor
from portal.common.errors import NotFound


@dataclass(frozen=True)
class Told:
    """A version with its document, None for one that set the mapping aside or is gone, and what it changed.

    `first` of all that could be read: there is nothing to compare it with.
    """

    version: MappingVersion
    document: dict[str, Any] | None
    changes: list[MappingChange] = field(default_factory=list)
    first: bool = False


def mapping_versions(mapping: ColumnMapping) -> QuerySet[MappingVersion]:
    """Every saved version of a mapping that was found for the actor, newest first."""
    return mapping.versions.select_related("saved_by")


def get_mapping_version(mapping: ColumnMapping, number: int) -> MappingVersion:
    """One saved version; NotFound when there is none of this number."""
    found = mapping_versions(mapping).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no version of this number."))
    return found


def told(actor: Actor, mapping: ColumnMapping, versions: list[MappingVersion]) -> list[Told]:
    """These versions, newest first, each beside the last one before it that was in use."""
    if not versions:
        return []
    earlier = mapping_versions(mapping).filter(number__lt=versions[-1].number, in_use=True)[:1]
    known = [*versions, *earlier]
    bodies = control.versions(
        actor, "mappings", mapping.fingerprint, [(one.object_version, one.sha256) for one in known]
    )
    documents = [None if body is None else as_mapping(body) for body in bodies]
    found = []
    for place, version in enumerate(versions):
        document = documents[place]
        before = next((one for one in documents[place + 1 :] if one), None)
        changes = mapping_changes(before, document) if document else []
        found.append(Told(version, document, changes, first=document is not None and before is None))
    return found


def mappings_followed(submission: Submission, verdict: dict[str, Any]) -> list[MappingVersion]:
    """The versions by which the columns of a file were assigned, of those that were saved here."""
    read = verdict.get("inspection") or {}
    followed = [one["version_id"] for one in read.get("mappings", []) if "version_id" in one]
    if not followed:
        return []
    mine = MappingVersion.objects.filter(
        mapping__institution_id=submission.institution_id, object_version__in=followed
    )
    return list(mine.select_related("mapping").order_by("mapping__fingerprint"))
