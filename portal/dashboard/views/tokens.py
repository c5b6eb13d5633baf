"""Service accounts and their API tokens. For administrators; a token is on one page, once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.programs import services
from portal.accounts.programs.errors import NameTaken, TooManyAccounts, TooManyTokens
from portal.accounts.programs.scopes import REACHES
from portal.accounts.programs.selectors import accounts_for, get_account
from portal.accounts.roles import Role
from portal.accounts.selectors import members_for
from portal.dashboard.token_forms import AccountChangeForm, AccountForm, TokenForm
from portal.dashboard.token_states import account_row


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def service_accounts(request: HttpRequest) -> HttpResponse:
    """The institution's programs; a post adds one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = AccountForm(
        request.POST if request.method == "POST" else None,
        members=members_for(actor),
        initial={"responsible": str(actor.user.pk)},
    )
    if form.is_valid():
        try:
            account = services.create_account(actor=actor, **form.said)
        except NameTaken as refusal:
            form.add_error("name", refusal.message)
            form.tie()
        except TooManyAccounts as refusal:
            form.add_error(None, refusal.message)
        else:
            said = _("%(name)s is there. It reads nothing until you make a token for it.")
            messages.success(request, said % {"name": account.name})
            return redirect("service_account", account.pk)
    rows = [account_row(account) for account in accounts_for(actor)]
    scopes = [(scope.label, words) for scope, words in REACHES.items()]
    context = {"rows": rows, "form": form, "scopes": scopes}
    return render(request, "dashboard/tokens/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.ADMIN)
def service_account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One program with its tokens; a post changes what it is for and who answers for it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    get_account(actor, account_id)
    form = None
    if request.method == "POST":
        form = AccountChangeForm(request.POST, members=members_for(actor))
        if form.is_valid():
            services.change_account(actor=actor, account_id=account_id, **form.said)
            messages.success(request, _("The service account is changed."))
            return redirect("service_account", account_id)
    return _page(request, account_id, form=form)


@require_POST
@member_required(Role.ADMIN)
def new_api_token(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Makes a token and shows it on this answer only: no redirect, which would have to keep it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account, form = get_account(actor, account_id), TokenForm(request.POST)
    if form.is_valid():
        try:
            token, secret = services.create_token(actor=actor, account_id=account_id, **form.said)
        except TooManyTokens as refusal:
            form.add_error(None, refusal.message)
        else:
            context = {"account": account, "token": token, "secret": secret}
            response = render(request, "dashboard/tokens/secret.html", context)
            response["Cache-Control"] = "no-store"
            return response
    return _page(request, account_id, new=form)


@require_POST
@member_required(Role.ADMIN)
def revoke_api_token(request: HttpRequest, account_id: UUID, token_id: UUID) -> HttpResponse:
    """Ends a token."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    token = services.revoke_token(actor=actor, account_id=account_id, token_id=token_id)
    said = _("The token “%(name)s” is revoked. Whoever still sends it is refused.")
    messages.success(request, said % {"name": token.name})
    return redirect("service_account", account_id)


@require_POST
@member_required(Role.ADMIN)
def end_service_account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Ends a program's access for good."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account = get_account(actor, account_id)
    services.end_account(actor=actor, account_id=account_id)
    said = _("%(name)s has ended, and each of its tokens with it.")
    messages.success(request, said % {"name": account.name})
    return redirect("service_accounts")


def _page(
    request: HttpRequest,
    account_id: UUID,
    form: AccountChangeForm | None = None,
    new: TokenForm | None = None,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = account_row(get_account(actor, account_id))
    initial = {"purpose": row.account.purpose, "responsible": str(row.account.responsible_id)}
    context = {
        "row": row,
        "account": row.account,
        "form": form or AccountChangeForm(members=members_for(actor), initial=initial),
        "new": new or TokenForm(),
        "problems": new or form,
    }
    return render(request, "dashboard/tokens/account.html", context)
