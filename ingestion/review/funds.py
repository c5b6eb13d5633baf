"""How funds are named where acceptances are compared: as the index card has them, without case and blanks."""

import hashlib
import json
from typing import Any

from ingestion.review.coverage import Group
from ingestion.web.models import Submission


def fund_of(identifier: str) -> str:
    """The identifier of a fund in its plain form."""
    return identifier.strip().upper()


def funds_of(submission: Submission) -> list[str]:
    """The funds the index card names, each once, in the card's order."""
    portfolios = (submission.index_card or {}).get("portfolios") or []
    return [fund for fund in dict.fromkeys(fund_of(str(each["id"])) for each in portfolios) if fund]


def funds_key(submission: Submission) -> str:
    """Names the set of funds of a file, 64 hex digits; "" when the file names none."""
    funds = sorted(funds_of(submission))
    return hashlib.sha256(json.dumps(funds).encode()).hexdigest() if funds else ""


def tally_by_fund(submission: Submission, tally: dict[str, Any]) -> dict[str, Any]:
    """A tally with the counts of each group by fund instead of by place on the index card."""
    portfolios = (submission.index_card or {}).get("portfolios") or []
    names = [fund_of(str(each["id"])) for each in portfolios]
    return tally | {"groups": [group | {"funds": _named(names, group["funds"])} for group in tally["groups"]]}


def groups_of(tally: dict[str, Any] | None) -> dict[str, Group]:
    """The groups of a kept tally by rule."""
    return {group["rule"]: Group(**group) for group in (tally or {}).get("groups", [])}


def _named(names: list[str], counts: list[int] | None) -> dict[str, int] | None:
    if counts is None:
        return None
    found: dict[str, int] = {}
    for name, count in zip(names, counts, strict=False):
        if name and count:
            found[name] = found.get(name, 0) + count
    return found
