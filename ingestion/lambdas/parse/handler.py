"""Reads every cell of the table that Inspect found, as text by field key."""

import json

from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import DELIVERY, INSPECTION, ORIGINAL, Work
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.inspection import Inspection, inspect_file


def parse(work: Work) -> Outcome:
    """Writes the delivery as Parquet, with the inspection in its metadata."""
    inspection = Inspection.from_json(json.loads(work.read(INSPECTION)))
    work.write(DELIVERY, parse_file(work.read(ORIGINAL), inspection).to_parquet())
    return Outcome()


def warm_up() -> None:
    parse_file(tiny_csv(), inspect_file(tiny_csv())).to_parquet()


handler = stage("parse", parse, reads=(ORIGINAL, INSPECTION), warm_up=warm_up)
