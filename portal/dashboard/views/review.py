"""Accepting findings, approving releases, and the list of what was accepted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion.pipeline.card import fund_of
from ingestion.review import selectors, services
from ingestion.review.errors import AlreadyAccepted, FindingsChanged, NothingToAccept, NotOnRecord, NotOpen
from ingestion.review.models import Acceptance
from ingestion.review.states import State
from ingestion.web.models import Submission
from ingestion.web.selectors import get_submission, verdict_document
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.common.numbers import grouped
from portal.dashboard import review
from portal.dashboard.paging import page_number, page_of, paged, wants_list
from portal.dashboard.review_forms import AcceptanceFilter, AcceptForm, DecisionForm

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER)
def accept_rule(request: HttpRequest, submission_id: UUID, rule_id: str) -> HttpResponse:
    """Accepts warnings of one rule, or asks for the release of its errors."""
    actor = request.actor  # type: ignore[attr-defined]
    submission = get_submission(actor, submission_id)
    group = _group(verdict_document(actor, submission), rule_id)
    funds = _funds(submission, group)
    row = page_number(request.GET.get("row")) if request.GET.get("row") else None
    form = AcceptForm(request.POST or None, count=group["count"], funds=funds, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.accept(actor=actor, submission=submission, asked=form.asked(rule_id))
        except (NothingToAccept, FindingsChanged, AlreadyAccepted) as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _said(made))
            return redirect("submission", submission_id)
    context = {"submission": submission, "group": group, "form": form, "funds": funds}
    return render(request, "dashboard/review/accept.html", context)


@require_safe
@member_required()
def approvals(request: HttpRequest) -> HttpResponse:
    """Releases that wait for a second person."""
    actor = request.actor  # type: ignore[attr-defined]
    waiting = review.shown(actor, selectors.waiting_for_approval(actor))
    return render(request, "dashboard/review/approvals.html", {"waiting": waiting})


@require_safe
@member_required()
def acceptances(request: HttpRequest) -> HttpResponse:
    """Everything that was accepted, asked for, refused or has lapsed, newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    form = AcceptanceFilter(request.GET)
    chosen = _narrowed(selectors.acceptances_for(actor), form)
    page = page_of(request, chosen, PAGE_SIZE)
    context = {
        "form": form,
        "rows": review.shown(actor, page.object_list),
        "total": page.paginator.count,
        **paged(request, page),
    }
    name = "acceptance_list.html" if wants_list(request) else "acceptances.html"
    return render(request, f"dashboard/review/{name}", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def acceptance(request: HttpRequest, acceptance_id: UUID) -> HttpResponse:
    """One acceptance or request; a post releases or refuses it."""
    actor = request.actor  # type: ignore[attr-defined]
    actor.require(Role.REVIEWER if request.method == "POST" else Role.VIEWER)
    found = selectors.get_acceptance(actor, acceptance_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        agree = form.cleaned_data["agree"] == "yes"
        try:
            services.decide(actor=actor, acceptance=found, agree=agree, reason=form.cleaned_data["reason"])
        except (NotOnRecord, NotOpen, NothingToAccept) as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Released.") if agree else _("The release is refused."))
        return redirect("acceptance", acceptance_id)
    (one,) = review.shown(actor, [found])
    stands = selectors.standing_of(found.submission)
    context = {"one": one, "submission": found.submission, "stands": stands, "form": form}
    return render(request, "dashboard/review/acceptance.html", context)


@require_POST
@member_required(Role.REVIEWER)
def end_acceptance(request: HttpRequest, acceptance_id: UUID) -> HttpResponse:
    """Ends an acceptance now, or takes a request back."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_acceptance(actor, acceptance_id)
    try:
        services.end(actor=actor, acceptance=found)
    except NotOpen as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("It no longer counts; what it covered is open again."))
    return redirect("acceptance", acceptance_id)


def _group(document: dict[str, Any], rule_id: str) -> dict[str, Any]:
    for group in document.get("groups", []):
        if group["rule"] == rule_id and group["severity"] in ("error", "warning"):
            found: dict[str, Any] = group
            return found
    raise NotFound(_("This rule found neither errors nor warnings in the file."))


def _funds(submission: Submission, group: dict[str, Any]) -> list[tuple[str, str]]:
    """The funds to choose from, with counts; none where one fund has all findings."""
    counts = group.get("funds") or {}
    if list(counts.values()) == [group["count"]]:
        return []
    choices = []
    for fund, count in counts.items():
        name = review.fund_name(submission, fund_of(fund))
        choices.append((fund_of(fund), f"{name} ({fund}): {grouped(count)}"))
    return choices


def _said(made: Acceptance) -> str:
    if made.state == State.REQUESTED:
        return _("The release waits for a second person: another reviewer or an administrator.")
    return _("Accepted. It counts from now on.")


def _narrowed(found: QuerySet[Acceptance], form: AcceptanceFilter) -> QuerySet[Acceptance]:
    if state := form.chosen("state"):
        found = found.filter(state=state)
    if text := form.chosen("q"):
        fits = Q(rule__icontains=text) | Q(reason__icontains=text)
        if text.isascii() and text.isdigit() and len(text) < 9:
            fits |= Q(submission__number=int(text))
        found = found.filter(fits)
    return found
