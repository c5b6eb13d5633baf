"""Which funds a member sees; for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ingestion.schedule.selectors import known_funds
from portal.accounts.actor import Actor
from portal.accounts.errors import LimitedAdmin, LimitInvalid
from portal.accounts.limiting import limit_to
from portal.accounts.models import Membership
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.dashboard.member_forms import LimitForm

MOST_KNOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def limit(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """The form; a post limits the member to some funds, or lets them see all of them again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_member(actor, member_id)
    known = known_funds(actor, MOST_KNOWN)
    sent = request.POST if request.method == "POST" else None
    form = LimitForm(sent, known=known, initial=LimitForm.as_stands(found.funds, known))
    if form.is_valid():
        try:
            changed = limit_to(actor=actor, member_id=member_id, funds=form.wanted)
        except (LimitedAdmin, LimitInvalid) as refusal:
            form.add_error("others" if isinstance(refusal, LimitInvalid) else None, refusal.message)
            form.tie()
        else:
            messages.success(request, _said(changed))
            return redirect("member", member_id)
    return render(request, "dashboard/members/limit.html", {"member": found, "form": form})


def _said(changed: Membership) -> str:
    if changed.funds is None:
        return _("%(name)s sees every fund from now on.") % {"name": changed.user}
    said = ngettext(
        "%(name)s sees one fund from now on.", "%(name)s sees %(n)s funds from now on.", len(changed.funds)
    )
    return said % {"name": changed.user, "n": len(changed.funds)}
