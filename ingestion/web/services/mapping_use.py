"""Which mapping was used last, as verdicts say."""

from typing import Any

from ingestion.web.models import ColumnMapping, Submission


def note_use(submission: Submission, document: dict[str, Any]) -> None:
    """Keeps which submission was the last to be read by a mapping, when its verdict says that it was."""
    read = document.get("inspection") or {}
    if not any(note["code"] == "MAPPING_USED" for note in read.get("notes", [])):
        return
    mapping = ColumnMapping.objects.filter(
        institution_id=submission.institution_id, fingerprint=read["fingerprint"]
    )
    mapping.exclude(last_used_by__number__gte=submission.number).update(last_used_by=submission)
