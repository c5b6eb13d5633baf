"""All runs of the institution."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.permissions import member_required
from portal.dashboard.operations import days_asked, operations_page


@require_safe
@member_required()
def operations(request: HttpRequest) -> HttpResponse:
    """How the institution's runs did in the last days, and which wait."""
    actor = request.actor  # type: ignore[attr-defined]
    context = operations_page(actor, days_asked(request.GET.get("days")))
    return render(request, "dashboard/operations/page.html", context)
