"""The directory of institutions that take part, requests for access, and how one's own takes part."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.grant_forms import AccessForm, ProfileForm
from portal.dashboard.paging import page_of, paged
from portal.dashboard.views.invitations import LABELS as INVITATIONS
from portal.dashboard.wording import Label, Text
from sharing import selectors, services
from sharing.errors import AlreadyAsked, ProfileInvalid, ReasonMissing
from sharing.states import InvitationState, RequestState

PAGE_SIZE = 50
MOST_REQUESTS = 50
KINDS: dict[str, Text] = {
    Institution.Kind.MANAGER: lazy("Asset manager"),
    Institution.Kind.OWNER: lazy("Asset owner"),
    Institution.Kind.BOTH: lazy("Asset manager and owner"),
    Institution.Kind.PROVIDER: lazy("Service provider"),
}
LABELS = {
    RequestState.OPEN: Label("hold", "clock", RequestState.OPEN.label),
    RequestState.ANSWERED: Label("good", "passed", RequestState.ANSWERED.label),
    RequestState.DECLINED: Label("odd", "withdrawn", RequestState.DECLINED.label),
    RequestState.WITHDRAWN: Label("odd", "withdrawn", RequestState.WITHDRAWN.label),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def directory(request: HttpRequest) -> HttpResponse:
    """Who takes part; a post of an administrator says how the own institution does."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = actor.require(Role.ADMIN if request.method == "POST" else Role.VIEWER)
    profile = selectors.profile_of(mine)
    now = {"listed": profile.listed, "lei": profile.lei, "needs_second": profile.needs_second}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_profile(actor=actor, **form.cleaned_data)
        except ProfileInvalid as refusal:
            form.add_error("lei", refusal.message)
            form.tie()
        else:
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("directory")
    page = page_of(request, selectors.directory(actor), PAGE_SIZE)
    context = {
        "form": form,
        "profile": profile,
        "rows": [(one, KINDS[one.kind]) for one in page.object_list],
        **paged(request, page),
        "invitations": [
            (one, INVITATIONS[InvitationState(one.state)])
            for one in selectors.invitations_of(actor)[:MOST_REQUESTS]
        ],
        "requests": [
            (one, LABELS[RequestState(one.state)], one.asker_id == mine.pk)
            for one in selectors.requests_of(actor)[:MOST_REQUESTS]
        ],
    }
    return render(request, "dashboard/exchange/directory.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Asks an institution for access."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    owner = selectors.get_listed(actor, code)
    form = AccessForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_access(actor=actor, code=code, **form.cleaned_data)
        except AlreadyAsked as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your request is sent. You are told when it is answered."))
            return redirect("directory")
    return render(request, "dashboard/exchange/ask.html", {"form": form, "owner": owner})


@require_POST
@member_required(Role.ADMIN)
def decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Declines a request for access."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        services.decline_access(actor=actor, request_id=request_id, reason=request.POST.get("reason", ""))
    except ReasonMissing as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Declined. The other institution reads why."))
    return redirect("directory")


@require_POST
@member_required(Role.ADMIN)
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Takes back the own institution's request for access."""
    services.withdraw_access(actor=request.actor, request_id=request_id)  # type: ignore[attr-defined]
    messages.success(request, _("The request is withdrawn."))
    return redirect("directory")
