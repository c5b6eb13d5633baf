"""What waits to be copied under all grants: copied while somebody of the owner is there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ingestion.aws.errors import AwsError
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.asking_again import asked_again
from portal.dashboard.selectors import sentence_of
from sharing import services
from sharing.waiting import to_fill


@require_POST
@member_required(Role.UPLOADER)
def fill_all(request: HttpRequest) -> HttpResponse:
    """Copies some of it with this person's credentials; the page asks for the next itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem = ""
    try:
        done = services.fill_all(actor=actor)
    except AwsError as error:
        done, problem = 0, sentence_of(error)
    left = to_fill(actor)
    waits = 0 if done else asked_again(request, left.under_way)
    if request.htmx:  # type: ignore[attr-defined]
        go_on = bool(done and left.deliveries)
        more = {"go_on": go_on, "stuck": not done, "waits": waits, "problem": problem, "looked": True}
        answer = render(request, "dashboard/grants/filling.html", {"to_fill": left} | more)
        if not go_on and not waits:
            answer["HX-Trigger"] = "grants-filled"  # a list beside it asks for itself anew
        return answer
    if left.deliveries:
        messages.info(request, problem or _("Some deliveries are still to be copied."))
    else:
        messages.success(request, _("Everything is copied."))
    return redirect("grants")


def filling_context(actor: Actor) -> dict[str, Any]:
    """What waits, for who may have it copied."""
    return {"to_fill": to_fill(actor) if actor.may(Role.UPLOADER) else None}
