"""How Fundgate speaks to the person who is signed in: language and time zone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import services
from portal.accounts.actor import Actor
from portal.accounts.languages import language_for
from portal.accounts.permissions import member_required
from portal.dashboard.preferences import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def preferences(request: HttpRequest) -> HttpResponse:
    """The form; what is saved holds from the answer on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    saved = {"language": actor.user.language, "timezone": actor.user.timezone}
    form = PreferencesForm(request.POST or None, initial=saved)
    if request.method == "POST" and form.is_valid():
        services.save_preferences(actor=actor, **form.cleaned_data)
        with translation.override(language_for(request, actor)):
            messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    return render(request, "dashboard/preferences/page.html", {"form": form})
