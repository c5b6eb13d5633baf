"""Grants: the list, the wizard, and the page of one."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ingestion.schedule.selectors import known_funds
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.common.ids import parse_id
from portal.dashboard import grants as wording
from portal.dashboard import rule_list
from portal.dashboard.grant_forms import GrantFilter, GrantForm, ReasonForm, as_asked, as_stands
from portal.dashboard.paging import page_of, paged, wants_list
from portal.dashboard.views.acceptance import disclosing_context
from portal.dashboard.views.filling import filling_context
from sharing import selectors, services
from sharing.access_log import GIVEN, RECEIVED
from sharing.errors import NotAGrantYet, NotPossibleNow
from sharing.models import AccessRequest, Grant
from sharing.states import State

MOST_KNOWN = 300
PAGE_SIZE = 25


@require_safe
@member_required()
def grants(request: HttpRequest) -> HttpResponse:
    """What the institution lets others have, and what others let it have; newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = GrantFilter(request.GET)
    found = selectors.grants_given(actor) | selectors.grants_received(actor)
    if direction := form.chosen("direction"):
        one_way = {GIVEN: selectors.grants_given, RECEIVED: selectors.grants_received}
        found = one_way[direction](actor)
    if state := form.chosen("state"):
        found = found.filter(state=state)
    page = page_of(request, found, PAGE_SIZE)
    context = {
        "form": form,
        "rows": [(one, wording.STATES[one.state]) for one in page.object_list],
        "total": page.paginator.count,
        **paged(request, page),
        **filling_context(actor),
        **disclosing_context(actor),
    }
    return render(request, f"dashboard/grants/{'list' if wants_list(request) else 'page'}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def new(request: HttpRequest) -> HttpResponse:
    """Drafts a grant, perhaps as the answer to a request; its page shows what it would share."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _answered(actor, request.GET.get("answers", ""))
    initial: dict[str, Any] = as_asked(asked) if asked else {"recipient": request.GET.get("to", "")}
    form = _form(request, initial, also=[asked.asker] if asked else [])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["recipient"]
        recipient = asked.asker if asked and asked.asker.code == chosen else None
        recipient = recipient or selectors.get_listed(actor, chosen)
        try:
            made = services.draft(actor=actor, recipient_id=recipient.pk, terms=form.terms(), answers=asked)
        except NotAGrantYet as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft is saved. Nobody else sees it before it is offered."))
            return redirect("grant", made.pk)
    return render(request, "dashboard/grants/terms.html", {"form": form, "asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def edit(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Other terms for a draft."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_grant(actor, grant_id)
    if found.state != State.DRAFT:
        raise NotPossibleNow
    form = _form(request, {}, found)
    if request.method == "POST" and form.is_valid():
        try:
            services.redraft(actor=actor, grant_id=grant_id, terms=form.terms())
        except NotAGrantYet as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft is changed."))
            return redirect("grant", grant_id)
    return render(request, "dashboard/grants/terms.html", {"form": form, "grant": found})


@require_safe
@member_required()
def grant(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """One grant, as its side sees it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_grant(actor, grant_id)
    context = {"one": wording.shown(actor, found), "grant": found, "form": ReasonForm()}
    return render(request, "dashboard/grants/grant.html", context)


@require_safe
@member_required()
def rulebook(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The recipient's rulebook that the deliveries must pass, as the owner has it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_grant(actor, grant_id)
    acceptance, document = services.read_disclosed(actor=actor, grant=found)
    context = {
        "grant": found,
        "acceptance": acceptance,
        "document": document,
        "changed": rule_list.changed(document),
        "switched_on": rule_list.switched_on(document),
        "text": json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True),
    }
    return render(request, "dashboard/grants/rulebook.html", context)


def _form(
    request: HttpRequest, initial: dict[str, Any], draft: Grant | None = None, also: list[Any] | None = None
) -> GrantForm:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = known_funds(actor, MOST_KNOWN)
    if draft is not None:
        initial, recipients = as_stands(draft, known), [draft.recipient]
    else:
        listed = list(selectors.possible_recipients(actor))
        recipients = [*(one for one in also or [] if one not in listed), *listed]
    sent = request.POST if request.method == "POST" else None
    return GrantForm(sent, known=known, recipients=recipients, initial=initial)


def _answered(actor: Actor, text: str) -> AccessRequest | None:
    """The request that a draft answers; NotFound for one that is not there or not open."""
    if not text:
        return None
    wanted = parse_id(text)
    if wanted is None:
        raise NotFound
    return selectors.get_open_request(actor, wanted)
