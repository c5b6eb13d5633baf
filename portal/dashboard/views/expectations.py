"""What is expected of the institution: the list, setting, changing and removing."""

from collections.abc import Callable, Sized
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion.schedule import selectors, services
from ingestion.schedule.errors import AlreadyExpected, TermsInvalid
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard.expectation_forms import ExpectationForm, NewExpectationForm, ZoneForm
from portal.dashboard.paging import page_of, paged

MOST_KNOWN = 300
PAGE_SIZE = 50


@require_safe
@member_required()
def expectations(request: HttpRequest) -> HttpResponse:
    """Everything that is expected, and the zone of the deadlines."""
    actor = request.actor  # type: ignore[attr-defined]
    page = page_of(request, selectors.expectations_for(actor), PAGE_SIZE)
    zone = selectors.zone_for(actor)
    context = {
        **paged(request, page),
        "names": selectors.fund_names(actor, [one.fund for one in page.object_list]),
        "zone": zone,
        "zone_form": ZoneForm(initial={"zone": zone}),
    }
    return render(request, "dashboard/calendar/expectations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER)
def new(request: HttpRequest) -> HttpResponse:
    """Expects a delivery of one or several funds."""
    actor = request.actor  # type: ignore[attr-defined]
    known = selectors.known_funds(actor, MOST_KNOWN)
    initial = {"starts": timezone.localdate().replace(day=1)}
    form = NewExpectationForm(request.POST or None, known=known, initial=initial)
    if was_set(request, form, partial(services.expect, actor=actor)):
        return redirect("expectations")
    return _form(request, form)


def was_set(request: HttpRequest, form: NewExpectationForm, expect: Callable[..., Sized]) -> bool:
    """Has what was posted expected, and says how many; otherwise the form says why not."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        made = len(expect(funds=form.cleaned_data["wanted"], **form.terms()))
    except TermsInvalid as refusal:
        form.refuse(refusal)
    except (AlreadyExpected, OnlySomeFunds) as refusal:
        form.add_error(None, refusal.message)
    else:
        told = ngettext("One delivery is expected from now on.", "%(n)s are expected from now on.", made)
        messages.success(request, told % {"n": made})
        return True
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER)
def edit(request: HttpRequest, expectation_id: UUID) -> HttpResponse:
    """Changes the terms of one."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_expectation(actor, expectation_id)
    if request.method != "POST":
        return _form(request, ExpectationForm.of(found), found)
    form = ExpectationForm(request.POST)
    if form.is_valid():
        try:
            services.change(actor=actor, expectation=found, **form.terms())
        except TermsInvalid as refusal:
            form.refuse(refusal)
        except AlreadyExpected as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The terms were changed."))
            return redirect("expectations")
    return _form(request, form, found)


@require_POST
@member_required(Role.REVIEWER)
def remove(request: HttpRequest, expectation_id: UUID) -> HttpResponse:
    """Takes one out of the calendar."""
    actor = request.actor  # type: ignore[attr-defined]
    services.remove(actor=actor, expectation=selectors.get_expectation(actor, expectation_id))
    messages.success(request, _("It is no longer expected."))
    return redirect("expectations")


@require_POST
@member_required(Role.ADMIN)
def zone(request: HttpRequest) -> HttpResponse:
    """Sets the zone in which every deadline is meant."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        services.set_zone(actor=actor, zone=request.POST.get("zone", ""))
    except TermsInvalid as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The deadlines are meant in this zone from now on."))
    return redirect("expectations")


def _form(request: HttpRequest, form: ExpectationForm, expectation: Any = None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    names = selectors.fund_names(actor, [expectation.fund]) if expectation else {}
    context = {
        "form": form,
        "expectation": expectation,
        "name": names.get(expectation.fund, "") if expectation else "",
        "zone": selectors.zone_for(actor),
    }
    return render(request, "dashboard/calendar/expectation.html", context)
