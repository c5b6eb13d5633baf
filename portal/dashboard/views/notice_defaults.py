"""What an institution's people are told of as long as they choose nothing themselves; for administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.notice_forms import DefaultsForm
from portal.notices import selectors, services


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def notice_defaults(request: HttpRequest) -> HttpResponse:
    """Each event with what people are told of it; a post changes that."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = DefaultsForm(
        request.POST if request.method == "POST" else None, wishes=selectors.defaults_for(actor)
    )
    if form.is_valid():
        services.save_defaults(actor=actor, chosen=form.chosen)
        messages.success(request, _("Saved. It counts for everybody who has not chosen otherwise."))
        return redirect("notice_defaults")
    return render(request, "dashboard/notices/defaults.html", {"form": form})
