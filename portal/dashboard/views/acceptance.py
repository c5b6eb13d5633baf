"""Rulebooks that what is handed on must pass: publishing and withdrawing one, what came of one of another."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ingestion.aws.errors import AwsError
from ingestion.web.selectors import get_submission
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.selectors import sentence_of
from portal.dashboard.wording import ACCEPTANCES
from sharing import services
from sharing.errors import NotFollowable
from sharing.hindrances import to_disclose
from sharing.outcomes import read_outcome


@require_POST
@member_required(Role.ADMIN, for_all_funds=True)
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Makes a version the one that partners must pass, and lets those have it whose grants ask for it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        _published, missed = services.publish_acceptance(actor=actor, number=number)
    except NotFollowable as refusal:
        messages.error(request, refusal.message)
        return redirect("rulebook_version", number)
    if missed:
        told = ngettext(
            "One partner could not be given the rulebook. Publish it again in a moment.",
            "%(n)s partners could not be given the rulebook. Publish it again in a moment.",
            missed,
        )
        messages.warning(request, told % {"n": missed})
    else:
        said = _("Rulebook no. %(number)s is the one that partners must pass from now on.")
        messages.success(request, said % {"number": number})
    return redirect("rulebook_version", number)


@require_POST
@member_required(Role.ADMIN, for_all_funds=True)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Lets partners pass no version until one is published again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.withdraw_acceptance(actor=actor, number=number)
    said = _("Rulebook no. %(number)s is withdrawn. Where a grant asks for one, nothing is handed on to you.")
    messages.success(request, said % {"number": number})
    return redirect("rulebook_version", number)


@require_POST
@member_required(Role.ADMIN, for_all_funds=True)
def disclose(request: HttpRequest) -> HttpResponse:
    """Gives the rulebook to partners who need it and do not have it; pages ask for it by themselves."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem = ""
    try:
        services.disclose_again(actor=actor)
    except AwsError as error:
        problem = sentence_of(error)
    context = disclosing_context(actor)
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "dashboard/exchange/disclosing.html", context | {"asked": True, "problem": problem}
        )
    if context["undisclosed"]:
        messages.warning(request, problem or _("Some partners could not be given your rulebook."))
    else:
        messages.success(request, _("Your partners have your rulebook."))
    return redirect("grants")


def disclosing_context(actor: Actor) -> dict[str, Any]:
    """How many partners need the rulebook and do not have it, for who may give it to them."""
    if not actor.may_for_all_funds(Role.ADMIN):
        return {"undisclosed": 0}
    published, owners = to_disclose(actor.require(Role.ADMIN))
    return {"undisclosed": len(owners), "published": published}


@require_safe
@member_required()
def outcome(request: HttpRequest, submission_id: UUID, code: str) -> HttpResponse:
    """What was found in a delivery by the rulebook of whom it is granted to: counts by rule."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    submission = get_submission(actor, submission_id)
    check, found = read_outcome(actor, submission, code)
    context = {
        "submission": submission,
        "check": check,
        "label": ACCEPTANCES[check.passed],
        "recipient": check.acceptance.institution,
        "document": {"counts": found.counts, "groups": found.rules},
    }
    return render(request, "dashboard/submission/outcome.html", context)
