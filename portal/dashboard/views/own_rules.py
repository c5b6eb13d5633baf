"""Rules of the institution's own: one form per rule; each save is a new version of the rulebook."""

from copy import deepcopy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ingestion.web import selectors, services
from ingestion.web.errors import RulebookChanged, RulebookInvalid
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.dashboard import preview
from portal.dashboard.rulebook_forms import OwnRuleForm
from portal.dashboard.views.rulebook import announce

WIDE = ("when", "expect", "title", "message", "how_to_fix", "reason")  # inputs that hold a sentence


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER, for_all_funds=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new rule."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.REVIEWER, for_all_funds=True)
def edit(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule: changed, or removed."""
    return _edit(request, rule_id)


def _edit(request: HttpRequest, rule_id: str | None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    in_force = selectors.rulebook_in_force(actor)
    rules: list[dict[str, Any]] = in_force.document.get("own", [])
    place = next((i for i, rule in enumerate(rules) if rule["id"] == rule_id), len(rules))
    if rule_id is not None and place == len(rules):
        raise NotFound(_("There is no rule with this id in your rulebook."))
    before = rules[place] if rule_id else {}
    initial = {"id": _free_id(rules), "severity": "warning", **before, "based_on": in_force.version}
    removing, trying = "remove" in request.POST, preview.wanted(request)
    tried: dict[str, Any] = {}
    form = OwnRuleForm(request.POST if request.method == "POST" else None, initial=initial)
    if removing:
        for name in OwnRuleForm.field_order:
            form.fields[name].required = False
    if trying:
        form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        document = deepcopy(in_force.document)
        document.setdefault("own", [])[place : place + 1] = [] if removing else [form.rule(before)]
        given = {name: form.cleaned_data[name] for name in ("based_on", "reason")}
        try:
            if trying:
                tried = preview.tried(request, in_force.document, document)
            else:
                saved = services.save_rulebook(actor=actor, document=document, **given)
                announce(request, saved.number)
                return redirect(f"{reverse('rulebook')}?template={form.cleaned_data['template'] or ''}")
        except RulebookInvalid as refusal:
            _show(form, refusal, f"own {place + 1}")
        except RulebookChanged as refusal:
            form.add_error(None, refusal.message)
    if rule_id is not None:
        selectors.note_rulebook(actor, in_force.version, rule=rule_id)
    context = {"form": form, "rule_id": rule_id, "wide": WIDE} | preview.offered(actor) | tried
    return render(request, "dashboard/rulebook/own.html", context)


def _show(form: OwnRuleForm, refusal: RulebookInvalid, place: str) -> None:
    """Each problem beside the input it belongs to."""
    for problem in refusal.problems:
        where, _comma, part = problem["place"].partition(", ")
        if where == place and part in form.fields:
            form.add_error(part, problem["message"])
        elif where == place or where in ("rulebook", "own"):
            form.add_error(None, problem["message"])
        else:
            form.add_error(None, f"{problem['place']}: {problem['message']}")


def _free_id(rules: list[dict[str, Any]]) -> str:
    taken = {rule["id"] for rule in rules}
    return next(name for number in range(1, len(rules) + 2) if (name := f"OWN-{number}") not in taken)
