"""The calendar of expected deliveries: a month, or everything that is overdue."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ingestion.schedule import selectors
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.attention import RECENT
from portal.dashboard.expectation_forms import OVERDUE_NAME, CalendarFilter
from portal.dashboard.expected import Month, counts, everything_due, shown
from portal.dashboard.paging import page_of, paged, wants_list
from sharing.expected import expected_for

PAGE_SIZE = 25


@require_safe
@member_required()
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due, as a grid of weeks and as a list; only these two for htmx."""
    context = _context(request)
    return render(request, f"dashboard/calendar/{'month' if wants_list(request) else 'page'}.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    zone = selectors.zone_for(actor)
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    month = Month.of(request.GET.get("month", ""), today)
    form = CalendarFilter(request.GET)
    everything_overdue = form.chosen("status") == OVERDUE_NAME and not request.GET.get("month")
    first, last = (today - RECENT, today) if everything_overdue else (month.first, month.last)
    everything = shown(actor, everything_due(actor, first, last))
    dues = [due for due in everything if form.keeps(due)]
    if everything_overdue:
        dues.reverse()  # what became late last can still be helped best
    page = page_of(request, dues, PAGE_SIZE)
    return {
        "form": form,
        "zone": zone,
        "today": today,
        "month": month,
        "everything_overdue": everything_overdue,
        "weeks": [] if everything_overdue else month.weeks(dues),
        "counts": counts(everything),
        **paged(request, page),
        "may_upload": actor.may(Role.UPLOADER),
        "expects": selectors.expectations_for(actor).exists() or expected_for(actor).exists(),
    }
