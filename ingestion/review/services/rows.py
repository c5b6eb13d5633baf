"""Whether a rule found something in one row, read with the person's own credentials; nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.pipeline.card import fund_of, funds_of
from ingestion.review.errors import NothingToAccept
from ingestion.web import results
from ingestion.web.models import Submission
from portal.accounts.actor import Actor


@dataclass(frozen=True)
class Found:
    """The findings of one rule in one row: how many, and of which fund ("": none the index card names)."""

    fund: str
    count: int


def found_in_row(actor: Actor, submission: Submission, rule: str, row: int) -> Found:
    """NothingToAccept when the rule found nothing in that row."""
    credentials = actor.credentials()
    wanted = results.slices(results.verdict(credentials, submission), rule=rule)
    with results.Findings(credentials, submission) as findings:
        portfolios = [portfolio for part in wanted for portfolio in _portfolios(findings, part, rule, row)]
    if not portfolios:
        raise NothingToAccept("The rule found nothing in this row.")
    funds = {fund_of(portfolio or "") for portfolio in portfolios}
    named = funds & set(funds_of(submission.index_card))
    return Found(named.pop() if len(funds) == len(named) == 1 else "", len(portfolios))


def _portfolios(findings: results.Findings, part: results.Slice, rule: str, row: int) -> Iterator[str | None]:
    """The fund of each finding of the rule in this row; a rule may have found very many in others."""
    first, last = findings.group_of(np.array([part[0], sum(part) - 1])).tolist()
    for _, table in findings.groups(range(first, last + 1), ["rule", "portfolio", "row"]):
        here = table.take(pa.array(np.flatnonzero(table["row"].to_numpy() == row)))
        yield from (found["portfolio"] for found in here.to_pylist() if found["rule"] == rule)
