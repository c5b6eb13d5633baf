"""Events a pipeline reports to the portal: ids, hashes, codes, counts; once index card and score. No cell."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

VERSION = 1
MAX_BODY_BYTES = 64 * 1024


class Kind(StrEnum):
    STATUS = "status"
    AUDIT = "audit"
    EXTRACT = "extract"
    ERROR = "error"
    COMPLETED = "completed"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One callback; `at` is an ISO 8601 time in UTC. What a kind does not carry is None."""

    id: str
    submission: str
    attempt: int
    sequence: int
    kind: Kind
    stage: str
    at: str
    version: int = VERSION
    code: str | None = None
    counts: dict[str, int] | None = None
    objects: list[dict[str, Any]] | None = None
    index_card: dict[str, Any] | None = None
    score: float | None = None
    tally: dict[str, Any] | None = None
    audit: dict[str, Any] | None = None

    def body(self) -> bytes:
        """The canonical JSON that is signed and sent: sorted keys, no spaces, UTF-8."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def execution_name(submission: str, attempt: int) -> str:
    """Name of the Step Functions execution of one attempt."""
    return f"{submission}-{attempt}"


def event_id(submission: str, attempt: int, stage: str, kind: Kind) -> str:
    """`<execution>:<stage>:<kind>`: a repeated send has the same id."""
    return f"{execution_name(submission, attempt)}:{stage}:{kind.value}"


def score_of(document: dict[str, Any]) -> float | None:
    """How complete a delivery is, 0 to 1, as its verdict.json says; None where nothing was measured."""
    score: float | None = (document.get("completeness") or {}).get("score")
    return score
