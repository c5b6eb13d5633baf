"""Template tags for the ways between pages."""

from typing import Any

from django import template

from portal.dashboard import navigation

register = template.Library()


@register.inclusion_tag("includes/navigation.html", takes_context=True)
def main_navigation(context: template.Context) -> dict[str, Any]:
    """The main entries; the one the page belongs to is marked."""
    request = context["request"]
    return {"links": navigation.main_links(request.actor, _page(request))}


@register.inclusion_tag("includes/tabs.html", takes_context=True)
def tab_navigation(context: template.Context) -> dict[str, Any]:
    """The pages that stand beside the shown one."""
    request = context["request"]
    return {"links": navigation.tab_links(request.actor, _page(request))}


def _page(request: Any) -> str:
    return str(request.resolver_match.url_name) if request.resolver_match else ""
