"""Webhooks of an institution: where to, what was sent, send again. Secrets are on one page, once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.notice_forms import SENDABLE, ChangeForm, EndpointForm
from portal.dashboard.paging import page_of, paged
from portal.dashboard.views.notices import fragment_or
from portal.notices import selectors, services
from portal.notices.errors import TooManyEndpoints
from portal.notices.events import Event
from portal.notices.models import Endpoint

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def webhooks(request: HttpRequest) -> HttpResponse:
    """The institution's webhooks; a post adds one and shows its secret."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = EndpointForm(
        request.POST if request.method == "POST" else None,
        initial={"events": [event.value for event in SENDABLE]},
    )
    if form.is_valid():
        chosen = [Event(name) for name in form.cleaned_data["events"]]
        try:
            endpoint, secret = services.add_endpoint(actor=actor, url=form.cleaned_data["url"], events=chosen)
        except TooManyEndpoints as refusal:
            form.add_error(None, refusal.message)
        else:
            return _with_secret(request, endpoint, secret)
    context = {"endpoints": selectors.endpoints_for(actor), "form": form}
    return render(request, "dashboard/notices/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def webhook(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """One webhook with its deliveries; a post changes what it is told of."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    endpoint = selectors.get_endpoint(actor, endpoint_id)
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        initial={"events": endpoint.events, "active": endpoint.active},
    )
    if form.is_valid():
        chosen = [Event(name) for name in form.cleaned_data["events"]]
        services.change_endpoint(
            actor=actor, endpoint=endpoint, events=chosen, active=form.cleaned_data["active"]
        )
        messages.success(request, _("The webhook is changed."))
        return redirect("webhook", endpoint_id)
    page = page_of(request, selectors.deliveries_of(endpoint), PAGE_SIZE)
    context = {
        "endpoint": endpoint,
        "form": form,
        **paged(request, page),
    }
    return render(request, fragment_or(request, "delivery_list", "webhook"), context)


@require_POST
@member_required(Role.ADMIN)
def secret(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """A new secret, shown on this answer only."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = services.rotate_secret(actor=actor, endpoint=selectors.get_endpoint(actor, endpoint_id))
    return _with_secret(request, selectors.get_endpoint(actor, endpoint_id), shown)


@require_POST
@member_required(Role.ADMIN)
def test(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Sends one message of the type `ping`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.test_endpoint(actor=actor, endpoint=selectors.get_endpoint(actor, endpoint_id))
    messages.success(request, _("A test is on its way. Reload this page to see the answer."))
    return redirect("webhook", endpoint_id)


@require_POST
@member_required(Role.ADMIN)
def remove(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Ends a webhook for good."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.remove_endpoint(actor=actor, endpoint=selectors.get_endpoint(actor, endpoint_id))
    messages.success(request, _("The webhook is removed. Nothing is sent to it any more."))
    return redirect("webhooks")


@require_POST
@member_required(Role.ADMIN)
def deliver_again(request: HttpRequest, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Sends one delivery once more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.deliver_again(actor=actor, delivery=selectors.get_delivery(actor, endpoint_id, delivery_id))
    messages.success(request, _("It is sent once more. Reload this page to see the answer."))
    return redirect("webhook", endpoint_id)


def _with_secret(request: HttpRequest, endpoint: Endpoint, shown: str) -> HttpResponse:
    """The page with the secret: stored nowhere, so it is no redirect either, which would have to keep it."""
    context = {"endpoint": endpoint, "secret": shown}
    response = render(request, "dashboard/notices/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response
