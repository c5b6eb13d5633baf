"""Writes: what changes submissions."""

from ingestion.web.services.checks import delete_checks
from ingestion.web.services.corrections import save_corrections
from ingestion.web.services.dispatch import dispatch_outbox, start
from ingestion.web.services.events import Applied, apply_event, record_refused_event
from ingestion.web.services.mappings import save_mapping, set_mapping_aside
from ingestion.web.services.reasons import give_reason
from ingestion.web.services.receiving import Duplicate, Outcome, Received, Refused, as_json, receive
from ingestion.web.services.reconcile import abandon_half_received, reconcile
from ingestion.web.services.rulebooks import save_rulebook
from ingestion.web.services.runs import continue_submission, run_again
from ingestion.web.services.withdrawing import may_withdraw, withdraw

__all__ = [
    "Applied",
    "Duplicate",
    "Outcome",
    "Received",
    "Refused",
    "abandon_half_received",
    "apply_event",
    "as_json",
    "continue_submission",
    "delete_checks",
    "dispatch_outbox",
    "give_reason",
    "may_withdraw",
    "receive",
    "reconcile",
    "record_refused_event",
    "run_again",
    "save_corrections",
    "save_mapping",
    "save_rulebook",
    "set_mapping_aside",
    "start",
    "withdraw",
]
