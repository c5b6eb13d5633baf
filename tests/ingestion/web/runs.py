"""Event sequences as real runs send them, and what Step Functions says at their end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.aws.events import Event, Kind, event_id
from ingestion.aws.layout import STAGES
from ingestion.web.models import Submission

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CARD = {
    "template": "TPT",
    "version": "7.0",
    "portfolios": [{"id": "LU0000000001", "id_type": "1", "name": "One", "currency": "EUR"}],
    "valuation_date": "2026-02-27",
    "reporting_date": "2026-02-28",
    "rows": 10,
}


@dataclass(frozen=True)
class Run:
    """How a run ends: counts of a verdict, a code of an unreadable file, or an error code at a stage."""

    counts: dict[str, int] = field(default_factory=lambda: {"error": 0, "warning": 0, "info": 0})
    unreadable: str = ""
    score: float | None = 0.9
    error: str = ""
    stage: str = "publish"
    tally: dict[str, Any] | None = None

    def events(self, submission: Submission) -> list[Event]:
        """In the order they are sent."""
        return _Writer(submission).run(self)

    def execution(self) -> dict[str, Any]:
        """What DescribeExecution answers after the end."""
        ended = {"stopDate": START + timedelta(seconds=5)}
        if self.error:
            return {"status": "FAILED", "error": self.error} | ended
        output = {"code": self.unreadable or None, "counts": self.counts, "objects": []}
        return {"status": "SUCCEEDED", "output": json.dumps(output)} | ended


class _Writer:
    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.sent: list[Event] = []

    def run(self, run: Run) -> list[Event]:
        for stage in self._stages(run):
            if run.error and stage == run.stage:
                self._add(Kind.ERROR, stage, code=run.error)
                return self.sent
            self._add(Kind.STATUS, stage)
            self._add(Kind.AUDIT, stage, audit=_audit(), objects=[])
        self._add(
            Kind.EXTRACT, "publish", objects=self._results(),
            **({} if run.unreadable else {"index_card": CARD, "score": run.score, "tally": run.tally}),
        )  # fmt: skip
        self._add(Kind.COMPLETED, "publish", code=run.unreadable or None, counts=run.counts)
        return self.sent

    def _stages(self, run: Run) -> Sequence[str]:
        return ("inspect", "publish") if run.unreadable else STAGES

    def _results(self) -> list[dict[str, Any]]:
        bucket = f"fundgate-000000000000-{self.submission.institution.code}-results"
        return [
            {
                "bucket": bucket,
                "key": f"{self.submission.id}/{self.submission.attempt}/{file}",
                "version_id": f"v-{file}",
                "sha256": "cd" * 32,
                "bytes": 10,
            }
            for file in ("verdict.json", "findings.parquet", "tables/holdings.parquet")
        ]

    def _add(self, kind: Kind, stage: str, **fields: Any) -> None:
        identity, attempt = str(self.submission.id), self.submission.attempt
        at = (START + timedelta(milliseconds=100 * len(self.sent))).isoformat()
        self.sent.append(
            Event(
                id=event_id(identity, attempt, stage, kind),
                submission=identity,
                attempt=attempt,
                sequence=len(self.sent),
                kind=kind,
                stage=stage,
                at=at,
                **fields,
            )
        )


def _audit() -> dict[str, Any]:
    return {
        "role": "arn:aws:iam::000000000000:role/fundgate-fn-x",
        "code_version": "abc",
        "ruleset_version": None,
        "started": START.isoformat(),
        "finished": (START + timedelta(seconds=1)).isoformat(),
        "resumed": False,
        "inputs": [],
    }
