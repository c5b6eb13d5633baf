"""How the platform is: what waits, what failed, how late things are. Counts, codes, ages; never content."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.models import OutboxEntry, PipelineEvent, StageRun, Submission
from ingestion.web.states import IN_FLIGHT, State
from portal.accounts.actor import Actor
from portal.audit.chain import institution_of
from portal.audit.heads import EVERY
from portal.audit.models import AuditHead, AuditRecord
from portal.common.time import now
from portal.notices.models import Announcement, Delivery, Notice
from portal.notices.services.mailing import ATTEMPTS
from portal.operators.models import Heartbeat
from portal.operators.permissions import require_operator
from sharing.models import Copy
from sharing.states import CopyState

RECENT = timedelta(days=7)
LATEST = 200
"""Of how many runs, the latest ones, the lag and the versions are told."""


@dataclass(frozen=True)
class Check:
    """One thing that is well or not: `age` in seconds of what waits longest, None where nothing does."""

    name: str
    title: str | Promise
    well: bool
    count: int = 0
    age: float | None = None
    advice: str | Promise = ""


@dataclass(frozen=True)
class Lag:
    """Seconds from a step's report to its arrival here; None without any."""

    half: float | None
    most: float | None


def checks(actor: Actor) -> list[Check]:
    """Every check, in the order in which a failure explains the next one."""
    require_operator(actor)
    return [check() for check in _CHECKS]


def lag(actor: Actor) -> Lag:
    """Of the callbacks of the latest runs: half arrive within `half`, 95 % within `most`."""
    require_operator(actor)
    told = PipelineEvent.objects.filter(submission__in=_latest()).order_by()
    took = sorted(
        max(0.0, (received - at).total_seconds()) for at, received in told.values_list("at", "received_at")
    )
    return Lag(_share(took, 0.5), _share(took, 0.95))


def failures(actor: Actor) -> list[tuple[str, int]]:
    """Runs that broke off and were not continued, by code, of the last week; the commonest first."""
    require_operator(actor)
    broken = Submission.objects.filter(state=State.FAILED, state_since__gte=now() - RECENT)
    return list(broken.order_by().values_list("code").annotate(n=Count("pk")).order_by("-n", "code"))


def code_versions(actor: Actor) -> list[tuple[str, int]]:
    """Which versions of the functions did the steps of the latest runs, and how many."""
    require_operator(actor)
    done = StageRun.objects.filter(submission__in=_latest()).exclude(code_version="")
    return list(done.order_by().values_list("code_version").annotate(n=Count("pk")).order_by("-n"))


def _worker() -> Check:
    beat = Heartbeat.objects.filter(name=Heartbeat.SWEEP).values_list("at", flat=True).first()
    age = (now() - beat).total_seconds() if beat else None
    return Check(
        "worker",
        lazy("Since the worker's sweep went through"),
        age is not None and age < 180,
        age=age,
        advice=lazy("It runs every minute. Look whether the worker runs, and at its log."),
    )


def _starts() -> Check:
    owed = OutboxEntry.objects.filter(dispatched_at__isnull=True)
    advice = lazy("Messages are sent again every minute. Look at the worker, SQS and Step Functions.")
    return _queue("starts", lazy("Runs that are to be started"), owed, "created_at", 120, advice)


def _runs() -> Check:
    running = Submission.objects.filter(state__in=IN_FLIGHT)
    advice = lazy("Late runs are looked up in Step Functions every minute. Look there.")
    return _queue("runs", lazy("Runs under way"), running, "state_since", 900, advice)


def _sign_ins() -> Check:
    waiting = Submission.objects.filter(state__in=[State.NEEDS_SIGN_IN, State.STORED])
    return _queue("sign-ins", lazy("Runs that wait for somebody's sign-in"), waiting, "state_since", None)


def _announcements() -> Check:
    unspread = Announcement.objects.filter(spread_at__isnull=True)
    advice = lazy("The sweep spreads them. Look at the worker's log.")
    return _queue("announcements", lazy("News not told yet"), unspread, "created_at", 300, advice)


def _mails() -> Check:
    due = Notice.objects.filter(email_due_at__lte=now())
    advice = lazy("Look whether SES accepts messages, and its quota.")
    return _queue("mails", lazy("E-mails that are due"), due, "email_due_at", 900, advice)


def _lost_mails() -> Check:
    lost = Notice.objects.filter(
        email_attempts__gte=ATTEMPTS, emailed_at__isnull=True, created_at__gte=now() - RECENT
    )
    advice = lazy("They are not tried again; the notices stand in the portal.")
    return Check("lost-mails", lazy("E-mails given up this week"), not (n := lost.count()), n, advice=advice)


def _webhooks() -> Check:
    due = Delivery.objects.filter(next_at__lte=now())
    advice = lazy("Look at the worker's log: one receiver that is slow holds up its own messages alone.")
    return _queue("webhooks", lazy("Webhooks that are due"), due, "next_at", 900, advice)


def _lost_webhooks() -> Check:
    lost = Delivery.objects.filter(state=Delivery.State.FAILED, created_at__gte=now() - RECENT)
    # their receivers did not answer, and their administrators are told: nothing of the platform is ill
    return Check("lost-webhooks", lazy("Webhooks given up this week"), True, lost.count())


def _copies() -> Check:
    ending = Copy.objects.filter(state=CopyState.ENDING)
    advice = lazy("The janitor deletes them within a minute. Look at its log and at the callback route.")
    return _queue("copies", lazy("Copies that are to be deleted"), ending, "state_since", 300, advice)


def _chains() -> Check:
    grown = AuditHead.objects.filter(number__gt=F("signed_number"))
    late = grown.filter(Q(signed_at__isnull=True) | Q(signed_at__lt=now() - 2 * EVERY))
    heads, first = list(late.order_by("signed_at", "chain")[:LATEST]), Q(pk__in=[])
    for head in heads:
        first |= Q(institution_id=institution_of(head.chain), number=head.signed_number + 1)
    begun = list(AuditRecord.objects.filter(first).order_by().values_list("at", flat=True))
    whole = len(begun) == len(heads)  # otherwise a chain was cut: what is to be signed next is not there
    age = max(((now() - at).total_seconds() for at in begun), default=None)
    return Check(
        "chains",
        lazy("Audit chains whose end is to be signed"),
        whole and (age is None or age < 7200),
        late.count(),
        age,
        lazy("They are signed every hour. Look whether the worker may use the audit key.")
        if whole
        else lazy(
            "A record that is to be signed is missing. Run the command verify_audit; it names the chain."
        ),
    )


_CHECKS: tuple[Callable[[], Check], ...] = (
    _worker, _starts, _runs, _sign_ins, _copies, _chains, _announcements, _mails, _lost_mails, _webhooks,
    _lost_webhooks,
)  # fmt: skip


def _queue(
    name: str,
    title: str | Promise,
    found: "QuerySet[Any]",
    since: str,
    patience: int | None,
    advice: str | Promise = "",
) -> Check:
    """How many wait, and how long the oldest; well unless that is longer than `patience` seconds."""
    told = found.order_by().aggregate(count=Count("pk"), oldest=Min(since))
    oldest: datetime | None = told["oldest"]
    age = max(0.0, (now() - oldest).total_seconds()) if oldest else None
    well = age is None or patience is None or age <= patience
    return Check(name, title, well, told["count"], age, "" if well else advice)


def _latest() -> list[UUID]:
    checked = Submission.objects.filter(state=State.COMPLETED).order_by("-state_since")
    return list(checked.values_list("pk", flat=True)[:LATEST])


def _share(ordered: list[float], share: float) -> float | None:
    return ordered[ceil(len(ordered) * share) - 1] if ordered else None
