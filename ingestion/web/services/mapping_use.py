"""Which mappings were used last, as verdicts say."""

from typing import Any

from ingestion.web.models import ColumnMapping, Submission


def note_use(submission: Submission, document: dict[str, Any]) -> None:
    """Keeps which submission was the last to be read by a mapping, when its verdict says that it was."""
    read = document.get("inspection") or {}
    if not (used := [one["fingerprint"] for one in read.get("mappings", [])]):
        return
    mappings = ColumnMapping.objects.filter(institution_id=submission.institution_id, fingerprint__in=used)
    mappings.exclude(last_used_by__number__gte=submission.number).update(last_used_by=submission)
