"""Taking everything away: begin, count bit by bit, fetch part by part. For administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.custody import selectors, services
from portal.custody.models import TakeOut
from portal.dashboard.attachments import attachment

MOST_LISTED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def takeouts(request: HttpRequest) -> HttpResponse:
    """The latest take-outs; a post begins one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        return redirect("takeout", services.start(actor=actor).pk)
    latest = list(selectors.takeouts_for(actor)[:MOST_LISTED])
    totals = selectors.totals_by(latest)
    listed = [(one, totals[one.pk]) for one in latest]
    return render(request, "dashboard/custody/takeouts.html", {"takeouts": listed})


@require_safe
@member_required(Role.ADMIN)
def takeout(request: HttpRequest, takeout_id: UUID) -> HttpResponse:
    """One take-out: how far counting is, then its parts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_takeout(actor, takeout_id)
    return render(request, "dashboard/custody/takeout.html", _shown(found))


@require_POST
@member_required(Role.ADMIN)
def count(request: HttpRequest, takeout_id: UUID) -> HttpResponse:
    """Finds some more with this person's credentials; the page asks for the next itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = services.count(actor=actor, takeout_id=takeout_id)
    counting = found.state == TakeOut.State.COUNTING
    if request.htmx:  # type: ignore[attr-defined]
        context = _shown(found) | {"go_on": counting}
        return render(request, "dashboard/custody/live.html", context)
    if counting:
        messages.info(request, _("There is more to count: go on."))
    else:
        messages.success(request, _("Everything is counted. Fetch the parts now."))
    return redirect("takeout", takeout_id)


@require_safe
@member_required(Role.ADMIN)
def part(request: HttpRequest, takeout_id: UUID, number: int) -> HttpResponseBase:
    """One part as a zip file, read while it leaves."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name, content = services.fetch(actor=actor, takeout_id=takeout_id, number=number)
    return attachment(content, "application/zip", name)


def _shown(found: TakeOut) -> dict[str, object]:
    return {
        "takeout": found,
        "totals": selectors.totals_of(found),
        "parts": selectors.parts_of(found),
        "ready": found.state == TakeOut.State.READY,
    }
