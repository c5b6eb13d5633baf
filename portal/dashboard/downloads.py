"""What can be taken away of a submission, from the database alone."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.web.models import Submission
from ingestion.web.services.files import tables_of
from ingestion.web.states import State, Verdict

PATIENCE = timedelta(minutes=6)  # the longest the pipeline takes over the annotated workbook
TITLES = {
    "holdings": _("Positions"),
    "share_classes": _("Funds and share classes"),
    "costs": _("Costs"),
    "esg": _("Sustainability"),
    "esg_indicators": _("Sustainability indicators"),
}
"""The tables of the common schema."""


@dataclass(frozen=True)
class Downloads:
    """`annotated` is ready, making, missing, or empty where nothing is to be marked."""

    findings: bool = False
    annotated: str = ""
    tables: dict[str, str] = field(default_factory=dict)
    original: bool = False
    receipt: bool = False

    @property
    def any(self) -> bool:
        return self.findings or self.original or self.receipt


def downloads_of(submission: Submission) -> Downloads:
    """What is there now; each download looks again."""
    if submission.deleted_at:
        return Downloads()
    checked = bool(submission.verdict) and submission.verdict != Verdict.UNREADABLE
    return Downloads(
        findings=checked,
        annotated=_annotated(submission) if checked else "",
        tables={name: str(TITLES[name]) for name in tables_of(submission)} if checked else {},
        original=bool(submission.object_version),
        receipt=bool(submission.verdict),
    )


def _annotated(submission: Submission) -> str:
    if "annotated" in submission.results:
        return "ready"
    if submission.state != State.COMPLETED or not any(submission.counts.values()):
        return ""
    ended = submission.finished_at or submission.state_since
    return "making" if timezone.now() - ended < PATIENCE else "missing"
