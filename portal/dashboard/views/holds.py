"""Legal holds: set, lock in the stores, ask for a release, agree to it. For administrators."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import BadRequest, Conflict
from portal.custody import held, services
from portal.custody.errors import AnotherAdminNeeded, HoldIncomplete
from portal.dashboard.custody_forms import HoldForm, ReleaseForm

MOST_LISTED = 200
ACTS: dict[str, tuple[Callable[..., Any], str | Promise]] = {
    "release": (services.release, lazy("Released. What no other hold holds can be unlocked now.")),
    "keep": (services.keep_holding, lazy("The hold stays.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def holds(request: HttpRequest) -> HttpResponse:
    """The holds and what of them is not locked yet; a post sets one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = HoldForm(request.POST if request.method == "POST" else None, initial={"scope": "fund"})
    if form.is_valid():
        try:
            made = services.hold(actor=actor, **form.cleaned_data)
        except HoldIncomplete as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is held from now on. Lock it in the stores too."))
            return redirect("hold", made.pk)
    context = {"holds": held.holds_for(actor)[:MOST_LISTED], "form": form} | asdict(held.locks_for(actor))
    return render(request, "dashboard/custody/holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def hold(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """One hold; a post asks for its release, agrees to it or keeps it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found, form = held.get_hold(actor, hold_id), ReleaseForm()
    if request.method == "POST":
        wanted = request.POST.get("act", "")
        if wanted == "ask":
            form = ReleaseForm(request.POST)
            if form.is_valid():
                reason = form.cleaned_data["reason"]
                said = lazy("Asked. Another administrator has to agree to it.")
                return _done(request, hold_id, services.ask_to_release, said, reason=reason)
        elif wanted in ACTS:
            return _done(request, hold_id, *ACTS[wanted])
        else:
            raise BadRequest
    asked_oneself = found.release_asked_by_id == actor.user.pk
    covers = held.covered_by(actor, found)
    context = {"hold": found, "form": form, "asked_oneself": asked_oneself, "covers": covers}
    context |= asdict(held.locks_for(actor))
    return render(request, "dashboard/custody/hold.html", context)


@require_POST
@member_required(Role.ADMIN)
def lock(request: HttpRequest) -> HttpResponse:
    """Locks and unlocks some with this person's credentials; the page asks for the next itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    left = services.lock_some(actor=actor)
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "dashboard/custody/locks.html", asdict(held.locks_for(actor)) | {"go_on": left > 0}
        )
    if left:
        said = ngettext("One delivery is left.", "%(n)s deliveries are left.", left)
        messages.info(request, said % {"n": left})
    else:
        messages.success(request, _("The stores are as the holds say."))
    return redirect("holds")


def _done(
    request: HttpRequest, hold_id: UUID, service: Callable[..., Any], said: str | Promise, **more: str
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        service(actor=actor, hold_id=hold_id, **more)
    except (AnotherAdminNeeded, Conflict) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, str(said))
    return redirect("hold", hold_id)
