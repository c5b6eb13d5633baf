"""Runs the rules of the delivery's template over it, as the institution's rulebook changes them."""

import json

from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.rulebooks import followed, rulebook_of
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import DELIVERY, FINDINGS, RULEBOOK, VERDICT, Work
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.engine import validate as run_rules
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.verdict import index_card, verdict_document


def validate(work: Work) -> Outcome:
    """Writes findings and verdict for Publish to release; returns counts only."""
    delivery = Delivery.from_parquet(work.read(DELIVERY))
    rulebook = rulebook_of(work)
    validation = run_rules(delivery, rulebook=rulebook)
    document = verdict_document(validation, delivery.inspection, index_card(delivery))
    document["rulebook"] = followed(work, rulebook)
    work.write(FINDINGS, findings_parquet(validation.findings))
    work.write(VERDICT, json.dumps(document).encode())
    return Outcome(
        verdict=validation.verdict, counts=validation.counts, ruleset_version=validation.ruleset_version
    )


def warm_up() -> None:
    delivery = parse_file(tiny_csv(), inspect_file(tiny_csv()))
    findings_parquet(run_rules(Delivery.from_parquet(delivery.to_parquet())).findings)


handler = stage("validate", validate, reads=(DELIVERY, RULEBOOK), warm_up=warm_up)
