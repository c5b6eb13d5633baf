"""Reads: each takes the acting member and returns only what their institution owns."""

from ingestion.web.selectors.corrections import CorrectionDesk, correctable, correction_desk
from ingestion.web.selectors.deliveries import (
    chain_of,
    corrections_of,
    current_deliveries_for,
    deliveries_for,
    replaced_by,
)
from ingestion.web.selectors.findings import FindingsPage, findings_page, verdict_document
from ingestion.web.selectors.mapping_history import (
    Told,
    get_mapping_version,
    mapping_versions,
    mappings_followed,
    told,
)
from ingestion.web.selectors.mappings import (
    get_mapping,
    headers_of,
    mapping_desk,
    mapping_in_force,
    mappings_for,
)
from ingestion.web.selectors.readings import note_mapping, note_rulebook
from ingestion.web.selectors.rows import Row, Surroundings, around, cic_field, get_row, pack_of
from ingestion.web.selectors.rulebooks import (
    InForce,
    get_rulebook,
    rulebook_document,
    rulebook_history,
    rulebook_in_force,
    rulebook_of,
)
from ingestion.web.selectors.steps import Step, pipeline_steps, provenance
from ingestion.web.selectors.submissions import get_submission, submissions_for

__all__ = [
    "CorrectionDesk",
    "FindingsPage",
    "InForce",
    "Row",
    "Step",
    "Surroundings",
    "Told",
    "around",
    "chain_of",
    "cic_field",
    "correctable",
    "correction_desk",
    "corrections_of",
    "current_deliveries_for",
    "deliveries_for",
    "findings_page",
    "get_mapping",
    "get_mapping_version",
    "get_row",
    "get_rulebook",
    "get_submission",
    "headers_of",
    "mapping_desk",
    "mapping_in_force",
    "mapping_versions",
    "mappings_followed",
    "mappings_for",
    "note_mapping",
    "note_rulebook",
    "pack_of",
    "pipeline_steps",
    "provenance",
    "replaced_by",
    "rulebook_document",
    "rulebook_history",
    "rulebook_in_force",
    "rulebook_of",
    "submissions_for",
    "told",
    "verdict_document",
]
