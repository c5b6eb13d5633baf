"""What an administrator does with service accounts and their API tokens; each act leaves one record."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, Institution, ServiceAccount
from portal.accounts.programs.errors import NameTaken, TooManyAccounts, TooManyTokens
from portal.accounts.programs.scopes import Scope
from portal.accounts.programs.selectors import accounts_for, get_account
from portal.accounts.programs.tokens import hash_of, hint_of, new_secret
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.common.time import now

MOST_ACCOUNTS, MOST_TOKENS = 50, 10
LIFETIMES = (30, 90, 365)
"""Days that a token can be valid."""


@transaction.atomic
def create_account(*, actor: Actor, name: str, purpose: str, responsible: UUID) -> ServiceAccount:
    """A new service account, for which a member is responsible; NameTaken, TooManyAccounts."""
    institution = actor.require(Role.ADMIN)
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if accounts_for(actor).count() >= MOST_ACCOUNTS:
        raise TooManyAccounts
    if accounts_for(actor).filter(name__iexact=name).exists():
        raise NameTaken
    account = ServiceAccount.objects.create(
        institution=institution,
        name=name,
        purpose=purpose,
        responsible=get_member(actor, responsible).user,
        created_by=actor.user,
    )
    _record(AuditTag.SERVICE_ACCOUNT_CREATED, actor, account.pk, {"responsible": str(responsible)})
    return account


@transaction.atomic
def change_account(*, actor: Actor, account_id: UUID, purpose: str, responsible: UUID) -> None:
    """Says anew what it is for and who answers for it."""
    account = _locked(actor, account_id)
    account.purpose, account.responsible = purpose, get_member(actor, responsible).user
    account.save(update_fields=["purpose", "responsible"])
    _record(AuditTag.SERVICE_ACCOUNT_CHANGED, actor, account.pk, {"responsible": str(responsible)})


@transaction.atomic
def end_account(*, actor: Actor, account_id: UUID) -> None:
    """Ends it for good, and each of its tokens at once."""
    account, moment = _locked(actor, account_id), now()
    live = account.tokens.filter(revoked_at__isnull=True)
    ended = live.update(revoked_at=moment, revoked_by=actor.user)
    account.ended_at = moment
    account.save(update_fields=["ended_at"])
    _record(AuditTag.SERVICE_ACCOUNT_ENDED, actor, account.pk, {"tokens": ended})


@transaction.atomic
def create_token(
    *, actor: Actor, account_id: UUID, name: str, scopes: Collection[Scope], days: int
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once; TooManyTokens."""
    if days not in LIFETIMES:
        raise ValueError("a token is valid for one of the lifetimes")
    account, moment = _locked(actor, account_id), now()
    if account.tokens.filter(revoked_at__isnull=True, expires_at__gt=moment).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = new_secret()
    token = ApiToken.objects.create(
        account=account,
        name=name,
        hash=hash_of(secret),
        hint=hint_of(secret),
        scopes=sorted(scopes),
        created_by=actor.user,
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    told = {"account": str(account.pk), "scopes": token.scopes, "days": days}
    _record(AuditTag.API_TOKEN_CREATED, actor, token.pk, told)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, account_id: UUID, token_id: UUID) -> ApiToken:
    """Ends a token with the next request that brings it; once more changes nothing."""
    account = _locked(actor, account_id)
    token = account.tokens.select_for_update(no_key=True).filter(pk=token_id).first()
    if token is None:
        raise NotFound(_("This API token does not exist."))
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = now(), actor.user
        token.save(update_fields=["revoked_at", "revoked_by"])
        _record(AuditTag.API_TOKEN_REVOKED, actor, token.pk, {"account": str(account.pk)})
    return token


def _locked(actor: Actor, account_id: UUID) -> ServiceAccount:
    """The account as it is now, locked until the transaction ends; NotFound."""
    mine = ServiceAccount.objects.filter(institution=actor.require(Role.ADMIN))
    mine.select_for_update(no_key=True).filter(pk=account_id).first()
    return get_account(actor, account_id)


def _record(tag: AuditTag, actor: Actor, subject: UUID, detail: dict[str, Any]) -> None:
    record(
        tag=tag,
        institution_id=actor.require(Role.ADMIN).pk,
        actor_id=actor.user.pk,
        subject_id=subject,
        address=actor.address,
        detail=detail,
    )
