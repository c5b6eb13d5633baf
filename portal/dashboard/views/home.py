"""The address without a path: who Fundgate is for everybody; for members what needs them, and their funds."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ingestion.schedule import selectors as schedule
from ingestion.schedule.outlook import Status
from ingestion.web import selectors
from ingestion.web.states import State
from portal.accounts.actor import Actor, actor_of
from portal.accounts.permissions import member_required
from portal.dashboard.attention import attention
from portal.dashboard.expected import everything_due, shown
from portal.dashboard.paging import page_of, paged, wants_list
from portal.dashboard.sparkline import sparkline
from portal.dashboard.views.acceptance import disclosing_context
from portal.dashboard.views.filling import filling_context
from portal.dashboard.views.received_checks import waiting_context
from sharing.expected import expected_for
from sharing.inbox import not_opened
from sharing.selectors import received_for

PAGE_SIZE = 20
AHEAD = timedelta(days=14)
MOST_AHEAD = 6
MOST_ARRIVED = 5
UNDER_WAY = [State.RECEIVING, State.QUEUED, State.RUNNING]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public page, the member's own, or an operator's."""
    actor = actor_of(request)
    if actor and actor.is_operator:
        return redirect("operators")
    return desk(request) if actor else render(request, "public/landing.html")  # type: ignore[return-value]


@member_required()
def desk(request: HttpRequest) -> HttpResponse:
    """What needs somebody now, what comes next, and one page of funds; only the funds for htmx."""
    actor = request.actor  # type: ignore[attr-defined]
    context = _funds(request, actor)
    if wants_list(request):
        return render(request, "dashboard/home/funds.html", context)
    context |= {
        "groups": attention(actor),
        "coming": _coming(actor),
        "expects": schedule.expectations_for(actor).exists() or expected_for(actor).exists(),
        "under_way": selectors.submissions_for(actor, refused=True).filter(state__in=UNDER_WAY).count(),
        "receives": received_for(actor).exists(),
        "arrived": not_opened(actor, MOST_ARRIVED),
        **waiting_context(actor),
        **filling_context(actor),
        **disclosing_context(actor),
        "any_submission": selectors.submissions_for(actor).exists(),
    }
    return render(request, "dashboard/home/page.html", context)


def _funds(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:120]
    page = page_of(request, schedule.fund_groups(actor, text), PAGE_SIZE)
    lines = schedule.fund_lines(actor, page.object_list)
    return {
        "text": text,
        "lines": [(line, sparkline(line.points)) for line in lines],
        **paged(request, page),
    }


def _coming(actor: Actor) -> list[Any]:
    today = timezone.localdate()
    entries = everything_due(actor, today - timedelta(days=1), today + AHEAD)
    return shown(actor, [entry for entry in entries if entry.status == Status.DUE][:MOST_AHEAD])
