"""Recognises the delivered file: its kind and form, its template and version, which column is which field."""

import json
from typing import Any

from ingestion.aws.layout import control_key
from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import INSPECTION, ORIGINAL, RULEBOOK, Work
from ingestion.pipeline.inspection import check_expected, inspect_file


def inspect(work: Work) -> Outcome:
    """Writes the inspection, and the institution's rulebook as it stands now, for Validate to follow.

    A file that is no table of ours, nor of a saved column mapping, ends as unreadable; so does one
    of another template than its sender said.
    """

    def recall(fingerprint: str) -> dict[str, Any] | None:
        """The mapping that was saved for files of this shape; one that is damaged has to be made again."""
        try:
            saved: dict[str, Any] | None = json.loads(work.look_up("mappings", fingerprint) or b"null")
            return saved
        except ValueError:
            return None

    found = inspect_file(work.read(ORIGINAL), recall)
    check_expected(found, work.job.expected_template)
    followed = [used | _version(work, used["fingerprint"]) for used in found.mappings]
    work.write(INSPECTION, json.dumps(found.to_json() | {"mappings": followed}).encode())
    rulebook = work.look_up("rulebooks", "current")
    if rulebook is not None:
        work.write(RULEBOOK, rulebook)
    return Outcome()


def _version(work: Work, fingerprint: str) -> dict[str, str]:
    """Which version of a mapping was followed, for the verdict."""
    ref = work.control[control_key("mappings", fingerprint)]
    return {"version_id": ref.version_id, "sha256": ref.sha256} if ref else {}


def warm_up() -> None:
    inspect_file(tiny_csv())


handler = stage("inspect", inspect, reads=(ORIGINAL,), warm_up=warm_up)
