"""Which deliveries a trend is made of, and their verdicts, read with the viewer's own credentials."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ingestion.aws.credentials import Credentials
from ingestion.schedule.selectors import fund_groups, fund_names
from ingestion.web import results, selectors
from ingestion.web.acts import record_act
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.dashboard.trends import date_of

DELIVERIES = 24
FUNDS = 500
"""Funds that are offered, the last delivered first."""
THREADS = 8  # a client keeps ten connections


def offered(actor: Actor) -> list[tuple[str, str, str]]:
    """(template, fund, name) of what there are deliveries of."""
    groups = [(group["template"], group["fund"]) for group in fund_groups(actor)[:FUNDS]]
    names = fund_names(actor, [fund for _, fund in groups if fund])
    return [(template, fund, names.get(fund, "")) for template, fund in groups]


def deliveries(actor: Actor, template: str, fund: str) -> list[Submission]:
    """The last deliveries that count, of one fund or ("") of all, oldest first."""
    counting = selectors.submissions_for(actor).select_related("institution").filter(
        template=template, state=State.COMPLETED, check_only=False, superseded_by=None
    ).exclude(verdict__in=["", Verdict.UNREADABLE])  # fmt: skip
    if fund:
        counting = counting.filter(fund_deliveries__fund=fund).order_by(
            "-fund_deliveries__valuation_date", "-number"
        )
    else:
        counting = counting.order_by("-number")
    return sorted(counting[:DELIVERIES], key=lambda one: (date_of(one), one.number))


def verdicts(actor: Actor, submissions: Sequence[Submission]) -> list[dict[str, Any] | None]:
    """The verdict document of each, None where it is no longer stored; that they were read is recorded."""
    credentials = actor.credentials()

    def read(submission: Submission) -> dict[str, Any] | None:
        return _verdict(credentials, submission)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(read, submissions))
    for submission in submissions:
        detail = {"attempt": submission.attempt, "trend": True}
        record_act(actor, submission, AuditTag.FINDINGS_VIEWED, detail)
    return found


def _verdict(credentials: Credentials, submission: Submission) -> dict[str, Any] | None:
    try:
        return results.verdict(credentials, submission)
    except NoResultYet:
        return None
