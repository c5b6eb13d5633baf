"""Recognises the delivered file: its kind and form, its template and version, which column is which field."""

import json

from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import INSPECTION, ORIGINAL, Work
from ingestion.pipeline.inspection import inspect_file


def inspect(work: Work) -> Outcome:
    """Writes the inspection; a file that is no table of ours ends as unreadable."""
    found = inspect_file(work.read(ORIGINAL))
    work.write(INSPECTION, json.dumps(found.to_json()).encode())
    return Outcome()


def warm_up() -> None:
    inspect_file(tiny_csv())


handler = stage("inspect", inspect, reads=(ORIGINAL,), warm_up=warm_up)
