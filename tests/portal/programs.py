"""What the matrix of addresses needs of service accounts: one with a token, and what is sent."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from portal.accounts.models import ApiToken, Institution, ServiceAccount, User
from portal.accounts.programs.scopes import Scope
from portal.accounts.programs.tokens import hash_of, hint_of, new_secret
from portal.common.time import now

NAME, PURPOSE = "Known.", "Subject"
NAMES = {"service_accounts": "A new one", "new_api_token": NAME}


def account_of(institution: Institution, by: User, **fields: Any) -> ServiceAccount:
    """A program for which this person answers."""
    given = {"purpose": PURPOSE, "responsible": by, "created_by": by} | fields
    name = given.pop("name", NAME)
    found, _new = ServiceAccount.objects.get_or_create(institution=institution, name=name, defaults=given)
    return found


def token_of(
    account: ServiceAccount, scopes: Collection[Scope] = tuple(Scope), **fields: Any
) -> tuple[ApiToken, str]:
    """A token of it that is valid for a day, and its secret."""
    secret = new_secret()
    given = {"name": NAME, "hash": hash_of(secret), "hint": hint_of(secret), "scopes": sorted(scopes),
             "created_by": account.created_by, "expires_at": now() + timedelta(days=1)}  # fmt: skip
    return ApiToken.objects.create(account=account, **(given | fields)), secret


def sending(secret: str, **options: Any) -> Client:
    """A program that sends this token."""
    return Client(headers={"Authorization": f"Bearer {secret}"}, **options)


def arguments(name: str, institution: Institution, by: User) -> list[Any]:
    """The subject of an address: something of this institution."""
    if name == "service_accounts":
        return []
    account = account_of(institution, by)
    return [account.pk, *([token_of(account)[0].pk] if name == "revoke_api_token" else [])]


def sent(name: str, method: str, responsible: User) -> dict[str, Any]:
    """What a form sends to such an address."""
    if method != "POST":
        return {}
    form: dict[str, Any] = {"purpose": PURPOSE, "responsible": responsible.pk}
    if name in NAMES:
        form |= {"name": NAMES[name], "scopes": "grants", "days": "90"}
    return {"data": urlencode(form).encode(), "content_type": "application/x-www-form-urlencoded"}
