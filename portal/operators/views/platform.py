"""Institutions and the platform's health, for operators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.dashboard.paging import page_of, paged
from portal.dashboard.views.directory import KINDS
from portal.operators import health
from portal.operators import institutions as selectors
from portal.operators.errands import errands
from portal.operators.permissions import operators_only

PAGE_SIZE = 50


@require_safe
@operators_only
def institutions(request: HttpRequest) -> HttpResponse:
    """Who takes part, whom to write to, how much goes on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:120]
    page = page_of(request, selectors.institutions(actor, text), PAGE_SIZE)
    ids = [one.pk for one in page.object_list]
    admins, stacks = selectors.administrators(actor, ids), selectors.stack_is_present(actor, ids)
    context: dict[str, Any] = {
        "text": text,
        **paged(request, page),
        "errands": errands(actor),
        "rows": [(one, KINDS[one.kind], admins[one.pk], stacks.get(one.pk)) for one in page.object_list],
    }
    return render(request, "operators/institutions.html", context)


@require_safe
@operators_only
def platform_health(request: HttpRequest) -> HttpResponse:
    """What waits, what failed, how late things are, and the counts of the last days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    checks = health.checks(actor)
    context = {
        "checks": checks,
        "unwell": sum(not check.well for check in checks),
        "lag": health.lag(actor),
        "failures": health.failures(actor),
        "versions": health.code_versions(actor),
        "days": selectors.days(actor),
    }
    return render(request, "operators/health.html", context)
