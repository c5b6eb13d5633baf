"""What the recipient of a grant awaits under it: set and removed."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.schedule.selectors import zone_for
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.expectation_forms import NewExpectationForm
from portal.dashboard.views.expectations import was_set
from sharing import selectors, services
from sharing.errors import NotPossibleNow
from sharing.expected import funds_of

MOST_KNOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER)
def expect(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Awaits deliveries of one or several funds under a grant."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grant = selectors.get_grant(actor, grant_id)
    if grant.recipient_id != actor.require(Role.REVIEWER).pk or not services.may_expect(grant):
        raise NotPossibleNow
    known = [(fund, "") for fund in funds_of(grant, MOST_KNOWN)]
    initial = {"starts": timezone.localdate().replace(day=1)}
    form = NewExpectationForm(request.POST or None, known=known, initial=initial)
    if was_set(request, form, partial(services.expect_under, actor=actor, grant_id=grant_id)):
        return redirect("grant", grant_id)
    context = {"form": form, "grant": grant, "zone": zone_for(actor)}
    return render(request, "dashboard/calendar/expectation.html", context)


@require_POST
@member_required(Role.REVIEWER)
def remove(request: HttpRequest, expected_id: UUID) -> HttpResponse:
    """Takes one out of both calendars."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grant = services.expect_no_more(actor=actor, expectation_id=expected_id)
    messages.success(request, _("It is no longer expected."))
    return redirect("grant", grant.pk)
