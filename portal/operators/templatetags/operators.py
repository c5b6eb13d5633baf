"""Template tags: the ways between operators' pages; on a member's home what operators do, and first steps."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.roles import Role
from portal.common.numbers import grouped
from portal.dashboard.navigation import Link
from portal.dashboard.templatetags.fundgate import duration
from portal.operators import selectors, steps
from portal.operators.states import TOLD

register = template.Library()
PLACES = (
    ("operators", lazy("Institutions"), ("operators",)),
    ("platform_health", lazy("Health"), ("platform_health",)),
    ("recoveries", lazy("Recoveries"), ("recoveries", "operator_recovery")),
)


@register.filter
def age(seconds: float) -> str:
    """How long something waits: 40 s, 3 min 5 s, 5 h, 3 days."""
    hours = int(seconds // 3600)
    if hours >= 48:
        return _("%(n)s days") % {"n": grouped(hours // 24)}
    return _("%(n)s h") % {"n": hours} if hours else duration(seconds)


@register.inclusion_tag("includes/navigation.html", takes_context=True)
def operator_navigation(context: template.Context) -> dict[str, Any]:
    """The entries of an operator; the one the page belongs to is marked."""
    match = context["request"].resolver_match
    page = match.url_name if match else ""
    return {"links": [Link(name, title, page in pages) for name, title, pages in PLACES]}


@register.inclusion_tag("operators/banner.html", takes_context=True)
def operators_banner(context: template.Context) -> dict[str, Any]:
    """The recovery that members can still object to, and an administrator's first steps."""
    actor = context["request"].actor
    reminder = steps.reminder(actor) if actor.may(Role.ADMIN) else []
    return {
        "recovery": selectors.announced_recoveries(actor).filter(state__in=TOLD).first(),
        "steps": [step for step in reminder if not step.done],
        "all": len(reminder),
    }
