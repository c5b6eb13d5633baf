"""Runs the rules of the delivery's template over it, as the institution's rulebook changes them."""

import json
from typing import Any

from ingestion.aws.layout import control_key
from ingestion.lambdas.failures import StageFailed
from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import DELIVERY, FINDINGS, RULEBOOK, VERDICT, Work
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.engine import validate as run_rules
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.rulebook import Rulebook, read_rulebook
from ingestion.pipeline.verdict import index_card, verdict_document


def validate(work: Work) -> Outcome:
    """Writes findings and verdict for Publish to release; returns counts only."""
    delivery = Delivery.from_parquet(work.read(DELIVERY))
    rulebook = _rulebook(work)
    validation = run_rules(delivery, rulebook=rulebook)
    document = verdict_document(validation, delivery.inspection, index_card(delivery))
    document["rulebook"] = _followed(work, rulebook)
    work.write(FINDINGS, findings_parquet(validation.findings))
    work.write(VERDICT, json.dumps(document).encode())
    return Outcome(
        verdict=validation.verdict, counts=validation.counts, ruleset_version=validation.ruleset_version
    )


def _rulebook(work: Work) -> Rulebook | None:
    """As Inspect found it; RULEBOOK_INVALID for one that cannot be followed, which must not go unnoticed."""
    if not work.ref(RULEBOOK):
        return None
    try:
        return read_rulebook(work.read(RULEBOOK))
    except RuleError:
        raise StageFailed("RULEBOOK_INVALID") from None


def _followed(work: Work, rulebook: Rulebook | None) -> dict[str, Any] | None:
    """Which rulebook the verdict followed, exactly."""
    saved = work.job.looked_up(control_key("rulebooks", "current"))
    if rulebook is None or saved is None:
        return None
    title = rulebook.document.get("title", "")
    return {"version_id": saved.version_id, "sha256": saved.sha256, "title": title}


def warm_up() -> None:
    delivery = parse_file(tiny_csv(), inspect_file(tiny_csv()))
    findings_parquet(run_rules(Delivery.from_parquet(delivery.to_parquet())).findings)


handler = stage("validate", validate, reads=(DELIVERY, RULEBOOK), warm_up=warm_up)
