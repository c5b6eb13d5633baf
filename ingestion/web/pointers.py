"""Where the results of a submission's latest attempt lie."""

from typing import Any

from django.conf import settings

from ingestion.aws import layout
from ingestion.lambdas.work import ANNOTATED, FINDINGS, ROWS, TABLES, VERDICT
from ingestion.web.models import Submission

FILES = {"verdict": VERDICT, "findings": FINDINGS, "rows": ROWS, "annotated": ANNOTATED} | TABLES


def results_bucket(submission: Submission) -> str:
    """The results bucket of the submission's institution."""
    return layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, submission.institution.code, "results")


def result_key(submission: Submission, name: str) -> str:
    """The key the layout gives to a result of the latest attempt."""
    return layout.result_key(submission.id, submission.attempt, FILES[name], check_only=submission.check_only)


def pointer(submission: Submission, name: str) -> dict[str, Any]:
    """As its event said, with version and hash; else by the layout alone, with an empty version id."""
    told: dict[str, Any] | None = submission.results.get(name)
    return told or {
        "bucket": results_bucket(submission),
        "key": result_key(submission, name),
        "version_id": "",
    }
