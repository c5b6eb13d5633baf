"""Service accounts: administrators make, change and end them and their tokens; each act leaves one record."""

from typing import Any
from uuid import uuid4

import pytest

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, ServiceAccount
from portal.accounts.programs import services
from portal.accounts.programs.errors import ApiTokenRevoked, NameTaken, TooManyAccounts, TooManyTokens
from portal.accounts.programs.scopes import Scope
from portal.accounts.programs.selectors import accounts_for
from portal.accounts.programs.tokens import token_of
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from tests.portal import programs

pytestmark = pytest.mark.django_db
NEW: dict[str, Any] = {"name": "Nightly report", "purpose": "Says which funds are late."}
TOKEN: dict[str, Any] = {"name": "Server", "scopes": [Scope.GRANTS], "days": 90}


def records() -> list[tuple[Any, ...]]:
    return list(AuditRecord.objects.order_by("id").values_list("tag", "actor_id", "subject_id", "detail"))


def test_each_act_of_an_administrator_leaves_one_record(admin: Actor, viewer: Actor) -> None:
    by, other = admin.user.pk, viewer.user.pk
    account = services.create_account(actor=admin, **NEW, responsible=by)
    services.change_account(actor=admin, account_id=account.pk, purpose="Else.", responsible=other)
    token, _secret = services.create_token(actor=admin, account_id=account.pk, **TOKEN)
    for _ in range(2):
        services.revoke_token(actor=admin, account_id=account.pk, token_id=token.pk)
    services.end_account(actor=admin, account_id=account.pk)
    its = {"account": str(account.pk)}
    assert records() == [
        ("portal:service-account:created", by, str(account.pk), {"responsible": str(by)}),
        ("portal:service-account:changed", by, str(account.pk), {"responsible": str(other)}),
        ("portal:api-token:created", by, str(token.pk), its | {"scopes": ["grants"], "days": 90}),
        ("portal:api-token:revoked", by, str(token.pk), its),
        ("portal:service-account:ended", by, str(account.pk), {"tokens": 0}),
    ]


def test_the_tokens_of_an_account_end_with_it(admin: Actor, account: ServiceAccount) -> None:
    secrets = [services.create_token(actor=admin, account_id=account.pk, **TOKEN)[1] for _ in range(2)]
    assert [token_of(secret).account for secret in secrets] == [account] * 2
    services.end_account(actor=admin, account_id=account.pk)
    for secret in secrets:
        with pytest.raises(ApiTokenRevoked):
            token_of(secret)
    assert list(accounts_for(admin)) == []
    assert services.create_account(actor=admin, **NEW, responsible=admin.user.pk).name == NEW["name"]


ACTS = [
    lambda actor, it, token: services.change_account(
        actor=actor, account_id=it, purpose="Ours.", responsible=actor.user.pk
    ),
    lambda actor, it, token: services.create_token(actor=actor, account_id=it, **TOKEN),
    lambda actor, it, token: services.revoke_token(actor=actor, account_id=it, token_id=token),
    lambda actor, it, token: services.end_account(actor=actor, account_id=it),
]


@pytest.mark.parametrize("act", ACTS)
def test_only_the_own_administrators_find_an_account(
    act: Any,
    account: ServiceAccount,
    given: tuple[ApiToken, str],
    outsider: Actor,
    reviewer: Actor,
    admin: Actor,
) -> None:
    for actor, refusal in ((outsider, NotFound), (reviewer, NotAllowed)):
        with pytest.raises(refusal):
            act(actor, account.pk, given[0].pk)
    assert records() == [] and token_of(given[1]) == given[0]
    act(admin, account.pk, given[0].pk)
    assert len(records()) == 1


def test_nobody_outside_answers_for_a_program(admin: Actor, outsider: Actor) -> None:
    for nobody in (outsider.user.pk, uuid4()):
        with pytest.raises(NotFound):
            services.create_account(actor=admin, **NEW, responsible=nobody)
    assert not ServiceAccount.objects.exists()


def test_a_token_of_another_account_is_not_revoked(
    admin: Actor, given: tuple[ApiToken, str], account: ServiceAccount
) -> None:
    other = services.create_account(actor=admin, **NEW, responsible=admin.user.pk)
    with pytest.raises(NotFound):
        services.revoke_token(actor=admin, account_id=other.pk, token_id=given[0].pk)
    assert token_of(given[1]) == given[0]


def test_names_and_numbers_have_limits(
    admin: Actor, outsider: Actor, account: ServiceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_ACCOUNTS", 2)
    monkeypatch.setattr(services, "MOST_TOKENS", 1)
    by = admin.user.pk
    with pytest.raises(NameTaken):
        services.create_account(actor=admin, name=programs.NAME.upper(), purpose="x", responsible=by)
    services.create_account(actor=admin, **NEW, responsible=by)
    with pytest.raises(TooManyAccounts):
        services.create_account(actor=admin, name="Third", purpose="x", responsible=by)
    services.create_account(actor=outsider, **NEW, responsible=outsider.user.pk)
    token, _ = services.create_token(actor=admin, account_id=account.pk, **TOKEN)
    with pytest.raises(TooManyTokens):
        services.create_token(actor=admin, account_id=account.pk, **TOKEN)
    services.revoke_token(actor=admin, account_id=account.pk, token_id=token.pk)
    assert services.create_token(actor=admin, account_id=account.pk, **TOKEN)
    with pytest.raises(ValueError, match="lifetimes"):
        services.create_token(actor=admin, account_id=account.pk, **TOKEN | {"days": 3650})
