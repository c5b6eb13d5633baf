"""Recoveries as operators see them: ask, confirm, withdraw."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.actor import Actor
from portal.common.errors import BadRequest
from portal.dashboard.paging import page_of, paged
from portal.operators import selectors, services
from portal.operators.errors import (
    AlreadyAdministrator,
    ElsewhereMember,
    RecoveryOpen,
    RecoveryOver,
    SecondOperatorNeeded,
)
from portal.operators.forms import AnswerForm, RecoveryForm
from portal.operators.institutions import administrators
from portal.operators.permissions import operators_only
from portal.operators.states import OPEN, State
from portal.operators.words import LABELS

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def recoveries(request: HttpRequest) -> HttpResponse:
    """All recoveries; a post asks for one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.ask(actor=actor, **form.cleaned_data)
        except RecoveryOpen as refusal:
            form.add_error("code", refusal.message)
        except (ElsewhereMember, AlreadyAdministrator) as refusal:
            form.add_error("email", refusal.message)
        else:
            messages.success(request, _("Another operator has to confirm it before anything happens."))
            return redirect("operator_recovery", made.pk)
        form.tie()
    page = page_of(request, selectors.recoveries(actor), PAGE_SIZE)
    context = {
        "form": form,
        **paged(request, page),
        "rows": [(one, LABELS[State(one.state)]) for one in page.object_list],
    }
    return render(request, "operators/recoveries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def operator_recovery(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """One recovery; a post confirms it, or calls it off and says why."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found, wanted = selectors.get_recovery(actor, recovery_id), request.POST.get("act", "")
    form = AnswerForm(request.POST if wanted == "withdraw" else None)
    if request.method == "POST" and (wanted == "confirm" or form.is_valid()):
        try:
            if wanted == "confirm":
                services.confirm(actor=actor, recovery_id=recovery_id)
                said = _("Confirmed. The members are told, and can object for 72 hours.")
            else:
                services.withdraw(actor=actor, recovery_id=recovery_id, **form.cleaned_data)
                said = _("It is called off. Nobody becomes administrator by it.")
        except (SecondOperatorNeeded, RecoveryOver) as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, said)
        return redirect("operator_recovery", recovery_id)
    if request.method == "POST" and not form.is_bound:
        raise BadRequest
    context = {
        "recovery": found,
        "label": LABELS[State(found.state)],
        "form": form,
        "admins": administrators(actor, [found.institution_id])[found.institution_id],
        "is_open": found.state in OPEN,
        "is_asked": found.state == State.ASKED,
        "is_due": found.state == State.DUE,
        "asked_by_me": found.asked_by_id == actor.user.pk,
    }
    return render(request, "operators/recovery.html", context)
