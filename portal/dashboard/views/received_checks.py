"""What others shared, by the own rules: checks what waits while somebody is there, shows what was found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ingestion.aws.errors import AwsError
from ingestion.aws.received import UNFOLLOWABLE
from ingestion.web.codes import explained
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.asking_again import asked_again
from portal.dashboard.attachments import attachment
from portal.dashboard.selectors import sentence_of
from sharing import services
from sharing.errors import UnderWay
from sharing.models import Copy
from sharing.own_checks import being_checked, own_rulebook, standings_of, unfollowed, waiting_for_check
from sharing.selectors import get_received


@require_POST
@member_required()
def check_waiting(request: HttpRequest) -> HttpResponse:
    """Checks some of what waits with this person's sign-in; the page asks for the next itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem = ""
    try:
        done = services.check_waiting(actor=actor)
    except AwsError as error:
        done, problem = 0, sentence_of(error)
    context = waiting_context(actor)
    waits = 0 if done else asked_again(request, being_checked(actor))
    if request.htmx:  # type: ignore[attr-defined]
        more = {"go_on": bool(done), "stuck": not done, "waits": waits, "problem": problem, "looked": True}
        answer = render(request, "dashboard/exchange/checks.html", context | more)
        if not context["waiting"]:
            answer["HX-Trigger"] = "own-checks-done"  # a list beside it asks for itself anew
        return answer
    if context["waiting"]:
        messages.info(request, problem or _("Some deliveries still wait to be checked by your rules."))
    elif context["unfollowed"]:
        messages.warning(request, _("Your rulebook cannot be followed, so nothing was checked by it."))
    else:
        messages.success(request, _("Everything is checked by your rules."))
    return redirect("received")


@require_POST
@member_required()
def check(request: HttpRequest, copy_id: int) -> HttpResponse:
    """Checks one received delivery now, also when it was checked before."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    copy = get_received(actor, copy_id)
    try:
        done = services.check_received(actor=actor, copy=copy)
    except AwsError as error:
        messages.error(request, sentence_of(error))
    except UnderWay as busy:
        messages.info(request, busy.message)
    else:
        if not done:
            messages.error(request, _("The check broke off. Try it again in a few minutes."))
    return redirect("received_delivery", copy_id)


@require_safe
@member_required()
def findings(request: HttpRequest, copy_id: int) -> HttpResponseBase:
    """Every finding of the own rules, as csv."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    copy = get_received(actor, copy_id)
    content = services.own_findings(actor=actor, copy=copy)
    name = f"{copy.grant.owner.code}-{copy.pk}-findings.csv"
    response = attachment(content, "text/csv; charset=utf-8", name)
    response["Referrer-Policy"] = "no-referrer"
    return response


def waiting_context(actor: Actor) -> dict[str, Any]:
    """How many wait, by which rulebook they are to be checked, how many it could not check."""
    own, waiting = own_rulebook(actor.require(Role.VIEWER)), waiting_for_check(actor).count()
    return {"waiting": waiting, "unfollowed": unfollowed(actor), "own_rulebook": own}


def own_check(actor: Actor, copy: Copy) -> dict[str, Any]:
    """Where a received delivery stands by the own rules, with what they found."""
    standing = standings_of(actor, [copy])[copy.pk]
    context: dict[str, Any] = {"standing": standing, "own_rulebook": own_rulebook(copy.grant.recipient)}
    if standing.check:
        context["own_document"] = services.own_verdict(actor=actor, check=standing.check)
        context["own_reason"] = _why_not(standing.check.code)
    return context


def _why_not(code: str) -> str:
    """Why it could not be checked, and what to do; "" where it could."""
    if code == UNFOLLOWABLE:
        wrong = _("It is not stored any more, or names something that is not known, a rule that is gone.")
        return wrong + " " + _("Save a version that can be followed: all is checked anew by it.")
    if code == "OBJECT_CHANGED":
        changed = _("A file of it is missing or is not the one that its manifest names.")
        return changed + " " + _("Ask its owner to have it sent again.")
    found = explained(code)
    return f"{found.message} {found.how_to_fix}" if found else ""
