"""What members see: the recovery of their institution, and the first steps of a new one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.operators import selectors, services, steps
from portal.operators.errors import RecoveryOver
from portal.operators.forms import AnswerForm
from portal.operators.states import TOLD, State
from portal.operators.words import LABELS


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def recovery(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """What two operators want; a post objects to it, whatever the person's role."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_announced(actor, recovery_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.object_to(actor=actor, recovery_id=recovery_id, **form.cleaned_data)
        except RecoveryOver as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("You objected. Nobody becomes administrator by it."))
        return redirect("recovery", recovery_id)
    context = {
        "recovery": found,
        "label": LABELS[State(found.state)],
        "form": form,
        "can_object": found.state in TOLD,
    }
    return render(request, "operators/announced.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def first_steps(request: HttpRequest) -> HttpResponse:
    """What a new institution does first; a post does not want to be reminded of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        services.set_aside(actor=actor)
        messages.success(request, _("The first steps are set aside. You find all of it in the menu."))
        return redirect("home")
    context = {"steps": steps.steps(actor), "is_open": bool(steps.reminder(actor))}
    return render(request, "operators/first_steps.html", context)
