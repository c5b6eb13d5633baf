"""How many records a request leaves in the audit trail of the institution of whoever makes it.

An act leaves one, a read of content too, everything else none; what differs stands here with its reason.
"""

from typing import Any

from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from tests.portal.pages import SHOW

ACTS = {
    ("upload", "POST"): 3,  # a file came in, was stored, and its check was asked for
    ("api_submissions", "POST"): 3,
    ("withdraw", "POST"): 2,  # before it is withdrawn, what later deliveries are compared with is emptied
    ("api_withdraw", "POST"): 2,
    ("map_columns", "POST"): 3,  # the layout was read, the mapping saved, the file is checked again
    ("accept_rule", "POST"): 2,  # its findings were read, then accepted
    ("correct", "POST"): 1,  # the rows were read; nothing is saved before it is sent as a file
}
"""Of every request that may change something; one, where nothing stands here."""
_OF_TWO = dict.fromkeys(("submission_changes", "changes_summary", "api_changes"), 2)
"""Two deliveries are compared; each was read."""
_VERDICT_TOO = dict.fromkeys(
    ("submission", "submission_live", "findings", "first_findings", "findings_csv", "findings_json",
     "findings_xlsx", "row"), 2,
)  # fmt: skip
"""The verdict document is read, and findings or a row beside it: they are two objects."""
_DECISIONS = dict.fromkeys(
    ("rule", "rulebook", "rulebook_version", "own_rule", "grant_rulebook", "mapping", "mapping_version",
     "api_rulebook", "api_mapping", "api_mapping_version"), 1,
)  # fmt: skip
"""Rulebook and mappings may hold values."""
_TAKEN = dict.fromkeys(
    ("audit_export", "access_log_export", "receipt", "api_receipt", "accept_rule", "acceptance_outcome",
     "api_received_delivery", "api_received_check", "open_notice", "key_uses", "api_key_uses"), 1,
)  # fmt: skip
"""Records and receipts that are taken away, verdicts and counts without cells, a notice that is read now, and
what AWS's history tells."""
READS = dict.fromkeys(SHOW, 1) | _OF_TWO | _VERDICT_TOO | _DECISIONS | _TAKEN
"""Of every page and file; none, where nothing stands here."""


def expected(name: str, method: str) -> int:
    return READS.get(name, 0) if method == "GET" else ACTS.get((name, method), 1)


def recorded(response: Any, institution: Institution) -> int:
    """How many records this request left in the institution's trail."""
    mine = AuditRecord.objects.filter(institution_id=institution.pk)
    return mine.filter(request_id=response["X-Request-Id"]).count()
