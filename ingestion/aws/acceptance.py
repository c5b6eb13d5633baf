"""What came of a delivery under the acceptance rulebook of an institution that it is granted to.

It lies in the owner's own results bucket, beside the verdict: the portal's row of it is an index. Whoever
copies reads it first, with the owner's credentials.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from ingestion.aws import layout, objects
from ingestion.aws.errors import NotFound
from ingestion.aws.exchange import Order

FORMAT = 1
MOST_BYTES = 1 << 20


class NotAnOutcome(ValueError):
    """The document is no outcome, or of a kind this program does not know."""


@dataclass(frozen=True)
class Demand:
    """A rulebook that deliveries must pass: whose, which saved version of theirs, and its SHA-256."""

    recipient: str
    number: int
    sha256: str

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Demand":
        """The demand in a JSON object that may hold more; KeyError or ValueError if less."""
        return cls(str(value["recipient"]), int(value["number"]), str(value["sha256"]))


@dataclass(frozen=True)
class Outcome:
    """One attempt at one delivery under one such rulebook; `rules` are counts by rule, without values."""

    submission: str
    attempt: int
    recipient: str
    number: int
    sha256: str
    ruleset_version: str
    passed: bool
    counts: dict[str, int]
    rules: list[dict[str, Any]]

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True).encode()

    @classmethod
    def of_bytes(cls, data: bytes) -> "Outcome":
        """The outcome in these bytes; NotAnOutcome."""
        try:
            found: dict[str, Any] = json.loads(data)
            if found.pop("format") != FORMAT or not isinstance(found["passed"], bool):
                raise NotAnOutcome("not an outcome of a known format")
            return cls(**found)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise NotAnOutcome("not an outcome") from error


def outcome_of(s3: Any, account: str, owner: str, submission: str, attempt: int, demand: Demand) -> Outcome:
    """What the owner's bucket says of this attempt under this rulebook; NotFound, NotAnOutcome."""
    bucket = layout.bucket_name(account, owner, "results")
    key = layout.result_key(submission, attempt, layout.accepted_file(demand.recipient, demand.sha256))
    found = Outcome.of_bytes(objects.latest(s3, bucket, key, most=MOST_BYTES))
    about = (found.submission, found.attempt, found.recipient, found.sha256)
    if about != (submission, attempt, demand.recipient, demand.sha256):
        raise NotAnOutcome("an outcome of something else")
    return found


def has_passed(s3: Any, account: str, order: Order) -> bool:
    """Whether the delivery of an order passed the rulebook that the order names."""
    if not order.acceptance:
        return False
    demand = Demand(order.recipient, 0, order.acceptance)
    try:
        found = outcome_of(s3, account, order.owner, order.submission, order.attempt, demand)
    except (NotFound, NotAnOutcome):
        return False
    return found.passed
