"""API tokens: what is kept of them, which ones live, and what their use leaves behind."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, Institution, Membership, ServiceAccount
from portal.accounts.programs import services
from portal.accounts.programs.errors import ApiTokenExpired, ApiTokenInvalid, ApiTokenRevoked
from portal.accounts.programs.scopes import Scope
from portal.accounts.programs.tokens import note_use, token_of
from portal.audit.models import AuditRecord
from portal.common.time import now
from portal.custody.models import Departure
from tests.portal import programs

pytestmark = pytest.mark.django_db
HERE, THERE = "192.0.2.7", "2001:db8::7"


def everything_kept() -> str:
    """Every row of the database."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return repr(rows)


def test_a_token_is_kept_as_a_hash_and_nowhere_as_itself(admin: Actor, account: ServiceAccount) -> None:
    made, secret = services.create_token(
        actor=admin, account_id=account.pk, name="Server", scopes=[Scope.GRANTS, Scope.CALENDAR], days=30
    )
    assert secret.startswith("fgt_") and len(secret) == 4 + 43
    assert made.hash == hashlib.sha256(secret.encode()).hexdigest()
    assert (made.hint, made.scopes) == (secret[:8], ["calendar", "grants"])
    assert timedelta(days=29) < made.expires_at - now() < timedelta(days=30, seconds=1)
    kept = everything_kept()
    assert made.hash in kept
    assert secret not in kept and secret[8:] not in kept


def test_a_token_is_known_by_all_of_it(given: tuple[ApiToken, str]) -> None:
    token, secret = given
    assert token_of(secret) == token
    for other in (secret[:-1], secret + "A", secret.swapcase(), "fgt_", token.hash, f"fgt_{token.hash}"):
        with pytest.raises(ApiTokenInvalid):
            token_of(other)


def test_an_expired_token_and_a_revoked_one_are_refused_by_name(given: tuple[ApiToken, str]) -> None:
    token, secret = given
    ApiToken.objects.update(expires_at=now())
    with pytest.raises(ApiTokenExpired):
        token_of(secret)
    ApiToken.objects.update(expires_at=token.expires_at, revoked_at=now())
    with pytest.raises(ApiTokenRevoked):
        token_of(secret)
    ApiToken.objects.update(revoked_at=None)
    assert token_of(secret) == token


def test_a_token_dies_with_its_institution(given: tuple[ApiToken, str], admin: Actor, viewer: Actor) -> None:
    Membership.objects.filter(user=admin.user).delete()
    assert token_of(given[1]) == given[0], "somebody is left"
    Membership.objects.filter(user=viewer.user).delete()
    with pytest.raises(ApiTokenRevoked):
        token_of(given[1])


def test_a_token_ends_when_its_institution_leaves(given: tuple[ApiToken, str], alpine: Institution) -> None:
    assert token_of(given[1]) == given[0]
    Departure.objects.create(institution=alpine, at=now(), reason="It has joined another group.")
    with pytest.raises(ApiTokenRevoked):
        token_of(given[1])


def used_from() -> list[str | None]:
    """Addresses that were recorded, in order."""
    return list(
        AuditRecord.objects.filter(tag="api:token:first-used-here")
        .order_by("id")
        .values_list("address", flat=True)
    )


def test_the_first_use_from_an_address_is_recorded_and_no_other(given: tuple[ApiToken, str]) -> None:
    for address in (HERE, HERE, THERE, HERE, None, THERE):
        note_use(ApiToken.objects.get(pk=given[0].pk), address)
    assert used_from() == [HERE, THERE, None]
    (written, *_) = AuditRecord.objects.filter(tag="api:token:first-used-here")
    account = given[0].account
    assert (written.actor_id, written.subject_id) == (account.pk, str(given[0].pk))
    assert written.institution_id == account.institution_id


def test_the_last_use_is_written_once_in_five_minutes(given: tuple[ApiToken, str]) -> None:
    def noted() -> ApiToken:
        note_use(ApiToken.objects.get(pk=given[0].pk), HERE)
        return ApiToken.objects.get(pk=given[0].pk)

    first = noted()
    assert (first.last_address, noted().last_used_at) == (HERE, first.last_used_at)
    before = now() - timedelta(minutes=6)
    ApiToken.objects.update(last_used_at=before)
    assert noted().last_used_at > before + timedelta(minutes=5)  # type: ignore[operator]
    assert used_from() == [HERE]


def test_two_tokens_of_an_account_are_told_apart(
    account: ServiceAccount, given: tuple[ApiToken, str]
) -> None:
    other, secret = programs.token_of(account, [Scope.GRANTS])
    ApiToken.objects.filter(pk=given[0].pk).update(revoked_at=now())
    assert token_of(secret) == other
