"""A delivery under the rulebook of an institution that it is to be handed to: does it pass there too?"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.engine import validate
from ingestion.pipeline.quality import Snapshot, check_quality, merge
from ingestion.pipeline.rulebook import Rulebook
from ingestion.pipeline.verdict import verdict_document

MOST_RULES = 500
_TOLD = ("rule", "severity", "title", "count")


@dataclass(frozen=True)
class Accepted:
    """Whether it passes: without an error. `rules` are the findings by rule, the first `MOST_RULES`."""

    passed: bool
    counts: dict[str, int]
    ruleset_version: str
    rules: list[dict[str, Any]]


def check_acceptance(
    delivery: Delivery,
    rulebook: Rulebook,
    *,
    today: dt.date,
    previous: Iterable[Snapshot] = (),
    related: Iterable[Snapshot] = (),
) -> Accepted:
    """Checks a delivery by the rules of its template as this rulebook changes them, and by those of Quality.

    `today`, `previous` and `related` are those of its verdict: only the rulebook is another.
    """
    checked = validate(delivery, rulebook=rulebook, today=today)
    quality = check_quality(delivery, previous, related, rulebook, checked.blanks)
    document, _ = merge(verdict_document(checked, delivery.inspection, {}), checked.findings, quality)
    groups = [{name: group[name] for name in _TOLD} for group in document["groups"] if group["count"]]
    return Accepted(
        passed=document["counts"]["error"] == 0,
        counts=document["counts"],
        ruleset_version=document["ruleset_version"],
        rules=groups[:MOST_RULES],
    )
