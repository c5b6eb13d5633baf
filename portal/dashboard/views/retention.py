"""How long things are kept, what is gone when, and asking for another retention. For administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.aws.errors import AwsError
from ingestion.aws.layout import CHECKS_DAYS
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.custody import selectors, services
from portal.custody.errors import RetentionIncomplete, RetentionUnderHold
from portal.custody.retention import CHECKS_GONE_DAYS, CLASSES, STAGES, Kept, months_of
from portal.dashboard.custody_forms import STAGE_DAYS, RetentionForm
from portal.dashboard.selectors import sentence_of

NEXT = 10
MOST_MONTHS = 24


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def retention(request: HttpRequest) -> HttpResponse:
    """Each stage with its class, and the calendar of what is deleted; a post asks for other days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept, problem = _kept(actor)
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=_days(kept))
    if form.is_valid():
        try:
            services.ask_for_retention(actor=actor, days=form.days, reason=form.cleaned_data["reason"])
        except RetentionIncomplete as refusal:
            form.refuse(refusal)
        except RetentionUnderHold as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Asked. The operator of Fundgate applies it to your stores."))
            return redirect("retention")
    wish = selectors.open_wish(actor)
    context = {
        "kept": kept,
        "problem": problem,
        "check_days": CHECKS_DAYS,
        "check_gone": CHECKS_GONE_DAYS,
        "classes": CLASSES.items(),
        "form": form,
        "open": wish,
        "open_days": [(STAGE_DAYS[name], days) for name, days in wish.days.items()] if wish else [],
    }
    return render(request, "dashboard/custody/retention.html", context | _calendar(actor, kept))


@require_POST
@member_required(Role.ADMIN)
def set_aside(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Takes a wish back before it is applied."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.set_wish_aside(actor=actor, wish_id=wish_id)
    messages.success(request, _("Set aside. Nothing changes."))
    return redirect("retention")


def _kept(actor: Actor) -> tuple[list[Kept], str]:
    """What the stores say, or why they cannot be asked."""
    try:
        return selectors.retention_said(actor), ""
    except AwsError as error:
        return [], sentence_of(error)


def _days(kept: list[Kept]) -> dict[str, int]:
    return {STAGES[one.area][1]: one.days for one in kept}


def _calendar(actor: Actor, kept: list[Kept]) -> dict[str, object]:
    """By the retention of what is handed in: months with how many deliveries, and the next ones."""
    handed_in = next((one for one in kept if one.area == "landing"), None)
    if handed_in is None:
        return {"months": [], "next": []}
    months = months_of(selectors.delivered_by_day(actor), handed_in)
    coming = selectors.kept_deliveries(actor)[:NEXT]
    return {
        "months": months[:MOST_MONTHS],
        "later": sum(month.deliveries for month in months[MOST_MONTHS:]),
        "next": [(one, handed_in.gone_on(one.created_at.date())) for one in coming],
    }
