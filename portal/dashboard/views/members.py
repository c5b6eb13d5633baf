"""Who belongs to the institution: invite, give another role, remove. For administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.schedule.selectors import fund_names
from portal.accounts import members as services
from portal.accounts.actor import Actor
from portal.accounts.errors import AccountElsewhere, AlreadyMember, LastAdmin, LimitedAdmin
from portal.accounts.permissions import member_required
from portal.accounts.programs.selectors import tokens_made_by
from portal.accounts.roles import MAY, WORDS, Role
from portal.accounts.selectors import get_member, members_for
from portal.audit.selectors import records_about
from portal.audit.tags import AuditTag
from portal.dashboard.member_forms import InviteForm, RemoveForm, RoleForm
from portal.dashboard.paging import page_of, paged

PAGE_SIZE = 50
SIGN_INS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def members(request: HttpRequest) -> HttpResponse:
    """The members; a post invites somebody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"role": Role.VIEWER})
    if form.is_valid():
        email, name = form.cleaned_data["email"], form.cleaned_data["name"]
        try:
            services.invite(actor=actor, email=email, name=name, role=Role(form.cleaned_data["role"]))
        except (AlreadyMember, AccountElsewhere) as refusal:
            form.add_error("email", refusal.message)
            form.tie()
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})
            return redirect("members")
    page = page_of(request, members_for(actor), PAGE_SIZE)
    context = {
        **paged(request, page),
        "form": form,
        "roles": [(WORDS[role], MAY[role]) for role in Role],
    }
    return render(request, "dashboard/members/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One member; a post gives another role."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_member(actor, member_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": found.role})
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            services.change_role(actor=actor, member_id=member_id, role=role)
        except (LastAdmin, LimitedAdmin) as refusal:
            form.add_error("role", refusal.message)
            form.tie()
        else:
            said = _("%(name)s has the role “%(role)s” from now on.")
            messages.success(request, said % {"name": found.user, "role": WORDS[role]})
            return redirect("home" if member_id == actor.user.pk and role != Role.ADMIN else "members")
    return _page(request, member_id, form=form)


@require_POST
@member_required(Role.ADMIN)
def invite_again(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Sends the invitation once more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        found = services.invite_again(actor=actor, member_id=member_id)
    except AccountElsewhere:
        messages.error(request, _("This person has accepted an invitation already; there is none to repeat."))
    else:
        said = _("The invitation is on its way to %(email)s once more.")
        messages.success(request, said % {"email": found.user.email})
    return redirect("member", member_id)


@require_POST
@member_required(Role.ADMIN)
def remove(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Ends a membership, once that was said twice."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_member(actor, member_id)
    form = RemoveForm(request.POST)
    if form.is_valid():
        try:
            services.remove(actor=actor, member_id=member_id)
        except LastAdmin as refusal:
            form.add_error(None, refusal.message)
        else:
            said = _("%(name)s is removed, and signed out everywhere.")
            messages.success(request, said % {"name": found.user})
            return redirect("home" if member_id == actor.user.pk else "members")
    return _page(request, member_id, removal=form)


def _page(
    request: HttpRequest, member_id: UUID, form: RoleForm | None = None, removal: RemoveForm | None = None
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_member(actor, member_id)
    about = records_about(institution_id=found.institution_id, subject_id=member_id)
    funds = found.limit.listed if found.limit else []
    names = fund_names(actor, funds)
    context = {
        "member": found,
        "form": form or RoleForm(initial={"role": found.role}),
        "removal": removal or RemoveForm(),
        "problems": removal or form,
        "limit": [(fund, names.get(fund, "")) for fund in funds],
        "entities": found.limit.listed_entities if found.limit else [],
        "roles": [(WORDS[role], MAY[role]) for role in Role],
        "sign_ins": about.filter(tag=AuditTag.SIGNED_IN).order_by("-id")[:SIGN_INS],
        "api_tokens": tokens_made_by(actor, member_id).count(),
        "is_oneself": member_id == actor.user.pk,
    }
    return render(request, "dashboard/members/member.html", context)
