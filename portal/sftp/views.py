"""The institution's keys for the SFTP channel to come. For administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.sftp import selectors, services
from portal.sftp.errors import KeyInUse, TooManyKeys
from portal.sftp.forms import KeyForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def sftp_keys(request: HttpRequest) -> HttpResponse:
    """All keys; a post adds one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else None
    initial = {"holder": f"member:{actor.user.pk}"}
    form = KeyForm(sent, holders=selectors.holders_for(actor), initial=initial)
    if form.is_valid():
        try:
            services.add_key(actor=actor, **form.cleaned_data)
        except KeyInUse as refusal:
            form.add_error("text", refusal.message)
        except TooManyKeys as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The key is kept. It opens nothing before the channel is there."))
            return redirect("sftp_keys")
        form.tie()
    return render(request, "sftp/keys.html", {"form": form, "keys": selectors.listed_keys(actor)})


@require_POST
@member_required(Role.ADMIN)
def revoke_sftp_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Ends a key."""
    services.revoke_key(actor=request.actor, key_id=key_id)  # type: ignore[attr-defined]
    messages.success(request, _("The key is revoked."))
    return redirect("sftp_keys")
