"""API tokens: what is given out, what is kept of it, which one a request brought, and where it was used."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from portal.accounts.models import ApiToken, Membership
from portal.accounts.programs.errors import ApiTokenExpired, ApiTokenInvalid, ApiTokenRevoked
from portal.audit.selectors import records_about
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now

PREFIX = "fgt_"  # whoever finds a token in a file or a log can tell what it is
HINT = 4  # characters that are kept, so that people can tell their tokens apart
NOTED_EVERY = timedelta(minutes=5)


def new_secret() -> str:
    """256 random bits behind the prefix; shown once, kept nowhere."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept: SHA-256 as hex. So many random bits need no slower hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint_of(secret: str) -> str:
    """The beginning, as people see it."""
    return secret[: len(PREFIX) + HINT]


def token_of(secret: str) -> ApiToken:
    """The live token behind a secret, with its account and institution; ApiTokenInvalid and its kin.

    No token lives on of an institution that has left, or that has no member who could revoke it.
    """
    found = ApiToken.objects.select_related("account__institution").filter(hash=hash_of(secret)).first()
    if found is None:
        raise ApiTokenInvalid
    there = Membership.objects.filter(institution=found.account.institution, institution__departure=None)
    if found.revoked_at or not there.exists():
        raise ApiTokenRevoked
    if found.expires_at <= now():
        raise ApiTokenExpired
    return found


def note_use(token: ApiToken, address: str | None) -> None:
    """Keeps when and from where, every five minutes at most; the first use from an address is recorded."""
    moment = now()
    recent = token.last_used_at is not None and moment - token.last_used_at < NOTED_EVERY
    if recent and (token.last_address == address or _known(token, address)):
        return
    with transaction.atomic():
        held = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
        held.last_used_at, held.last_address = moment, address
        held.save(update_fields=["last_used_at", "last_address"])
        if not _known(token, address):
            record(
                tag=AuditTag.API_TOKEN_USED,
                institution_id=token.account.institution_id,
                actor_id=token.account_id,
                subject_id=token.pk,
                address=address,
            )


def _known(token: ApiToken, address: str | None) -> bool:
    """Whether it was used from there before."""
    used = records_about(institution_id=token.account.institution_id, subject_id=token.pk)
    return used.filter(tag=AuditTag.API_TOKEN_USED, address=address).exists()
