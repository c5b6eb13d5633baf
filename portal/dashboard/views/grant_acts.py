"""What people do with a grant: offer, answer, suspend, resume, revoke, set aside, fill."""

from collections.abc import Callable
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
from portal.common.errors import BadRequest
from portal.dashboard.asking_again import asked_again
from portal.dashboard.grant_forms import ReasonForm
from portal.dashboard.grants import shown
from sharing import selectors, services
from sharing.errors import NotPossibleNow, SecondAdminNeeded
from sharing.hindrances import hindrance_of
from sharing.states import ENDABLE
from sharing.waiting import being_filled

Act = Callable[..., Any]
PLAIN: dict[str, tuple[Act, str | Promise]] = {
    "offer": (services.offer, lazy("The grant is offered. Nothing is handed on before it is accepted.")),
    "accept": (services.accept, lazy("Accepted. What falls under it is handed on to you from now on.")),
    "resume": (services.resume, lazy("It flows again. What came due meanwhile is handed on too.")),
    "discard": (services.discard, lazy("The draft is set aside.")),
}
WITH_REASON: dict[str, tuple[Act, str | Promise]] = {
    "decline": (services.decline, lazy("Declined. The other institution is told why.")),
    "suspend": (services.suspend, lazy("Suspended. Nothing new is handed on until you resume it.")),
}


@require_POST
@member_required(Role.ADMIN)
def act(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Does what the pressed button says."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found, wanted = selectors.get_grant(actor, grant_id), request.POST.get("act", "")
    more: dict[str, str] = {}
    if wanted in WITH_REASON:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            context = {"one": shown(actor, found), "grant": found, "form": form}
            return render(request, "dashboard/grants/grant.html", context)
        more = {"reason": form.cleaned_data["reason"]}
    if wanted not in PLAIN | WITH_REASON:
        raise BadRequest
    service, said = (PLAIN | WITH_REASON)[wanted]
    try:
        service(actor=actor, grant_id=grant_id, **more)
    except (NotPossibleNow, SecondAdminNeeded) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, str(said))
    return redirect(
        "grants" if wanted == "discard" else "grant", *([] if wanted == "discard" else [grant_id])
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def revoke(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Asks once more, says what cannot be recalled, and then ends the grant and deletes its copies."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_grant(actor, grant_id)
    if found.owner_id != actor.require(Role.ADMIN).pk or found.state not in ENDABLE:
        raise NotPossibleNow
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if services.revoke_now(actor=actor, grant_id=grant_id, reason=form.cleaned_data["reason"]):
            messages.success(request, _("The grant is revoked and its copies are deleted."))
        else:
            messages.warning(request, _("The grant is revoked. Its copies are deleted within a minute."))
        return redirect("grant", grant_id)
    return render(request, "dashboard/grants/revoke.html", {"one": shown(actor, found), "form": form})


@require_POST
@member_required(Role.UPLOADER)
def fill(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Copies some of what is owed with this person's credentials; the page asks for the next itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    htmx = request.htmx  # type: ignore[attr-defined]
    before = services.left_to_fill(selectors.get_grant(actor, grant_id))
    try:
        left = services.fill(actor=actor, grant_id=grant_id)
    except NotPossibleNow as refusal:
        if htmx:
            raise
        messages.error(request, refusal.message)
        return redirect("grant", grant_id)
    if htmx:
        one = shown(actor, selectors.get_grant(actor, grant_id))
        go_on = 0 < left < before
        waits = 0 if go_on else asked_again(request, being_filled(one.grant))
        context = {"one": one, "grant": one.grant, "go_on": go_on, "waits": waits}
        return render(request, "dashboard/grants/live.html", context)
    if hindrance_of(selectors.get_grant(actor, grant_id)):
        messages.warning(request, _("Nothing can be tried by the recipient’s rulebook. The page says why."))
    elif left:
        said = ngettext("One delivery is still to be copied.", "%(n)s are still to be copied.", left)
        messages.info(request, said % {"n": left})
    else:
        messages.success(request, _("Everything is copied."))
    return redirect("grant", grant_id)
