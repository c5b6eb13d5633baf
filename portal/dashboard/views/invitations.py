"""Inviting an institution that is not on board, with the terms of the grant that waits for it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.schedule.selectors import known_funds
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.grant_forms import InvitationForm
from portal.dashboard.views.grants import MOST_KNOWN
from portal.dashboard.wording import Label
from sharing import services
from sharing.errors import InvitationInvalid, NotAGrantYet
from sharing.states import InvitationState

LABELS = {
    InvitationState.OPEN: Label("hold", "clock", InvitationState.OPEN.label),
    InvitationState.TAKEN: Label("good", "passed", InvitationState.TAKEN.label),
    InvitationState.WITHDRAWN: Label("odd", "withdrawn", InvitationState.WITHDRAWN.label),
    InvitationState.EXPIRED: Label("calm", "withdrawn", InvitationState.EXPIRED.label),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def new(request: HttpRequest) -> HttpResponse:
    """Invites an institution and keeps the terms of its grant."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else None
    form = InvitationForm(sent, known=known_funds(actor, MOST_KNOWN))
    if request.method == "POST" and form.is_valid():
        whom = {name: form.cleaned_data[name] for name in ("name", "email", "lei")}
        try:
            services.invite(actor=actor, terms=form.terms(), **whom)
        except (InvitationInvalid, NotAGrantYet) as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("The letter goes out within a minute. You are told when they are on board.")
            )
            return redirect("directory")
    return render(request, "dashboard/grants/terms.html", {"form": form, "invites": True})


@require_POST
@member_required(Role.ADMIN)
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Takes an invitation back."""
    services.withdraw_invitation(actor=request.actor, invitation_id=invitation_id)  # type: ignore[attr-defined]
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("directory")
