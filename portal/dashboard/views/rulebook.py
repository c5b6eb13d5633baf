"""The rulebook: what is in force, all rules with their settings, every version that was saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion.web import selectors, services
from ingestion.web.errors import RulebookChanged, RulebookInvalid
from portal.accounts.models import Institution
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.dashboard import preview, rule_list
from portal.dashboard.paging import page_of, paged
from portal.dashboard.rule_list import ListedRule
from portal.dashboard.rulebook_forms import SETTINGS, RuleFilter, SavingForm, with_settings
from portal.dashboard.softened import softened_by
from sharing.acceptance import acceptance_rulebook, grants_asking
from sharing.hindrances import is_unfollowable

PAGE_SIZE = 25


@dataclass(frozen=True)
class Row:
    """A rule of the page with what its inputs show: what is in force, or what was just sent in vain."""

    listed: ListedRule
    severity: str
    tolerance: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def rulebook(request: HttpRequest) -> HttpResponse:
    """The rulebook in force and a page of rules; a post saves the settings of the rules it names."""
    actor = request.actor  # type: ignore[attr-defined]
    actor.require(Role.REVIEWER if request.method == "POST" else Role.VIEWER)
    in_force = selectors.rulebook_in_force(actor)
    saving = SavingForm(initial={"based_on": in_force.version})
    if request.method != "POST":
        return render(request, "dashboard/rulebook/page.html", _context(request, in_force, saving, {}))
    sent: Mapping[str, Any] = request.POST
    problems: list[str] = []
    tried: dict[str, Any] = {}
    if sent.get("based_on", "") != in_force.version:  # what was looked at is no longer in force: begin anew
        saving = SavingForm(initial={"based_on": in_force.version, "reason": sent.get("reason", "")})
        sent, problems = {}, [RulebookChanged().message]
    elif preview.wanted(request):
        saving = SavingForm(initial={"based_on": in_force.version, "reason": sent.get("reason", "")})
        tried, problems = _try(request, in_force)
    elif (saving := SavingForm(sent)).is_valid() and not (problems := _save(request, in_force, saving)):
        return redirect(f"{reverse('rulebook')}?{request.GET.urlencode()}#rules")
    context = _context(request, in_force, saving, sent) | {"problems": problems} | tried
    return render(request, "dashboard/rulebook/page.html", context)


@require_safe
@member_required()
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One saved version, as it was."""
    actor = request.actor  # type: ignore[attr-defined]
    saved = selectors.get_rulebook(actor, number)
    document = selectors.rulebook_document(actor, saved)
    in_force = selectors.rulebook_in_force(actor)
    selectors.note_rulebook(actor, saved.object_version, number=saved.number)
    context = {
        "saved": saved,
        "document": document,
        "text": json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True),
        "changed": rule_list.changed(document),
        "switched_on": rule_list.switched_on(document),
        "softened": softened_by(actor, saved, document),
        "is_in_force": in_force.version == saved.object_version,
        "saving": SavingForm(initial={"based_on": in_force.version}),
        **_partners(saved.institution),
    }
    return render(request, "dashboard/rulebook/version.html", context)


@require_POST
@member_required(Role.REVIEWER, for_all_funds=True)
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Saves what an earlier version said as a new one."""
    actor = request.actor  # type: ignore[attr-defined]
    document = selectors.rulebook_document(actor, selectors.get_rulebook(actor, number))
    try:
        said = {"based_on": request.POST.get("based_on", ""), "reason": request.POST.get("reason", "")}
        saved = services.save_rulebook(actor=actor, document=document, **said)
    except (RulebookInvalid, RulebookChanged) as refusal:
        told = " ".join(problem["message"] for problem in refusal.problems) or refusal.message
        messages.error(request, told)
        return redirect("rulebook_version", number)
    announce(request, saved.number)
    return redirect("rulebook")


def announce(request: HttpRequest, number: int) -> None:
    """Says that a version is in force, and from when on."""
    said = _("Rulebook no. %(number)s is in force for every check that starts from now on.")
    messages.success(request, said % {"number": number})


def _try(request: HttpRequest, in_force: selectors.InForce) -> tuple[dict[str, Any], list[str]]:
    """What the settings that were sent would change in a stored delivery, and what stands in the way."""
    given = request.POST
    try:
        draft = with_settings(in_force.document, _template(request), given, given.getlist("use"))
        return preview.tried(request, in_force.document, draft), []
    except forms.ValidationError as error:
        return {}, list(error.messages)
    except RulebookInvalid as refusal:
        return {}, [f"{problem['place']}: {problem['message']}" for problem in refusal.problems]


def _save(request: HttpRequest, in_force: selectors.InForce, saving: SavingForm) -> list[str]:
    """What stands in the way; nothing when it is saved."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        document = with_settings(
            in_force.document, _template(request), request.POST, request.POST.getlist("use")
        )
        # the first version may be the standard: partners can only be asked to pass what is saved
        if document == in_force.document and in_force.version and not in_force.problems:
            return [_("Nothing was changed, so there is nothing to save.")]
        saved = services.save_rulebook(actor=actor, document=document, **saving.cleaned_data)
    except forms.ValidationError as error:
        return list(error.messages)
    except RulebookInvalid as refusal:
        return [f"{problem['place']}: {problem['message']}" for problem in refusal.problems]
    except RulebookChanged as refusal:
        return [refusal.message]
    announce(request, saved.number)
    return []


def _context(
    request: HttpRequest, in_force: selectors.InForce, saving: SavingForm, sent: Mapping[str, Any]
) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    institution, template = actor.require(Role.VIEWER), _template(request)
    asked = request.GET.copy()
    asked["template"] = template
    narrowing = RuleFilter(asked)
    rules = narrowing.narrow(rule_list.listed(template, in_force.document))
    page = page_of(request, rules, PAGE_SIZE)
    profiles = in_force.document.get("profiles", {})
    selectors.note_rulebook(actor, in_force.version)
    return {
        "in_force": in_force,
        "changed": rule_list.changed(in_force.document),
        "switched_on": rule_list.switched_on(in_force.document),
        "document": in_force.document,
        "history": list(selectors.rulebook_history(actor)),
        **_partners(institution),
        "asked_for": grants_asking(institution).exists(),
        "saving": saving,
        **preview.offered(actor, template),
        "filter": narrowing,
        "template": template,
        "rows": [_row(one, sent) for one in page.object_list],
        **paged(request, page),
        "settings": SETTINGS,
        "uses": rule_list.uses(template),
        "uses_on": request.POST.getlist("use") if sent else profiles.get(template, []),
    }


def _partners(institution: Institution) -> dict[str, Any]:
    """What partners must pass, and whether nothing can be tried by it."""
    found = acceptance_rulebook(institution)
    return {"acceptance": found, "unfollowable": found is not None and is_unfollowable(found)}


def _row(one: ListedRule, sent: Mapping[str, Any]) -> Row:
    tolerance = "" if one.tolerance is None else f"{one.tolerance:g}"
    name = one.rule.id
    return Row(one, sent.get(f"severity:{name}", one.severity), sent.get(f"tolerance:{name}", tolerance))


def _template(request: HttpRequest) -> str:
    """The template asked for, else the one the institution delivered last."""
    actor = request.actor  # type: ignore[attr-defined]
    known = rule_list.templates()
    asked = request.GET.get("template", "")
    if asked in known:
        return asked
    last = selectors.submissions_for(actor).exclude(template="").values_list("template", flat=True).first()
    return last if last in known else known[0]
