"""Which funds a member sees, named or by who is behind them; for administrators."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ingestion.schedule.selectors import fund_names, known_funds
from ingestion.web.models import Submission
from ingestion.web.selectors import current_deliveries_for
from ingestion.web.selectors.entities import known_entities, without_entity
from portal.accounts.actor import Actor
from portal.accounts.errors import LimitedAdmin, LimitInvalid
from portal.accounts.limiting import end_limit, limit_to
from portal.accounts.models import Membership
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.dashboard.member_forms import LimitForm
from sharing.selectors import received_for

MOST_KNOWN = 500
FUNDS_SHOWN = 3
"""Of those behind which an entity stands."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def limit(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """The form; a post limits the member to some funds and legal entities, or lets them see all again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_member(actor, member_id)
    known, behind = known_funds(actor, MOST_KNOWN), _entities(actor)
    sent = request.POST if request.method == "POST" else None
    stands = LimitForm.as_stands(found.limit, known, behind)
    form = LimitForm(sent, known=known, behind=behind, initial=stands)
    if form.is_valid():
        try:
            if form.for_all:
                changed = end_limit(actor=actor, member_id=member_id)
            else:
                changed = limit_to(actor=actor, member_id=member_id, **form.wanted)
        except LimitInvalid as refusal:
            form.refuse(refusal)
        except LimitedAdmin as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _said(changed))
            return redirect("member", member_id)
    context = {"member": found, "form": form, "without": without_entity(current_deliveries_for(actor))}
    return render(request, "dashboard/members/limit.html", context)


def _entities(actor: Actor) -> list[tuple[str, str]]:
    """(LEI, some of the funds that it stands behind) of what was delivered and received, by LEI."""
    received = Q(pk__in=received_for(actor).order_by().values("submission"))
    own = Q(pk__in=current_deliveries_for(actor).order_by().values("pk"))
    found = known_entities(Submission.objects.filter(own | received), MOST_KNOWN)
    names = fund_names(actor, {fund for _lei, funds in found for fund in funds[:FUNDS_SHOWN]})
    return [(lei, _some(funds, names)) for lei, funds in found]


def _some(funds: Sequence[str], names: Mapping[str, str]) -> str:
    shown = ", ".join(names.get(fund) or fund for fund in funds[:FUNDS_SHOWN])
    more = len(funds) - FUNDS_SHOWN
    if more <= 0:
        return shown
    return ngettext(
        "%(funds)s and one more fund", "%(funds)s and %(n)s more funds", more
    ) % {"funds": shown, "n": more}  # fmt: skip


def _said(changed: Membership) -> str:
    stands = changed.limit
    if stands is None:
        return _("%(name)s sees every fund from now on.") % {"name": changed.user}
    if stands.entities:
        said = _("From now on %(name)s sees only the funds and legal entities that you named.")
        return said % {"name": changed.user}
    said = ngettext(
        "%(name)s sees one fund from now on.", "%(name)s sees %(n)s funds from now on.", len(stands.funds)
    )
    return said % {"name": changed.user, "n": len(stands.funds)}
