"""What an administrator does with the institution's keys: add one, revoke one."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.common.time import now
from portal.sftp.errors import KeyInUse, TooManyKeys
from portal.sftp.keys import read_key
from portal.sftp.models import SftpKey
from portal.sftp.selectors import get_key, holders_for

DAYS = (90, 365, 730)
MOST = 200


@transaction.atomic
def add_key(*, actor: Actor, holder: str, name: str, text: str, days: int) -> SftpKey:
    """A key of one of `holders_for`; KeyRefused, KeyInUse, TooManyKeys, NotFound for another holder."""
    institution, key = actor.require(Role.ADMIN), read_key(text)
    if holder not in dict(holders_for(actor)) or days not in DAYS:
        raise NotFound
    kind, _colon, identity = holder.partition(":")
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if SftpKey.objects.filter(fingerprint=key.fingerprint, revoked_at__isnull=True).exists():
        raise KeyInUse
    if SftpKey.objects.filter(institution=institution, revoked_at__isnull=True).count() >= MOST:
        raise TooManyKeys
    made = SftpKey(
        institution=institution, name=name.strip()[:80], kind=key.kind, line=key.line,
        fingerprint=key.fingerprint, created_by=actor.user, expires_at=now() + timedelta(days=days),
        **{f"{kind}_id": UUID(identity)},
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another institution was faster
        raise KeyInUse from None
    _record(AuditTag.SFTP_KEY_ADDED, actor, made, {"holder": identity, "days": str(days)})
    return made


@transaction.atomic
def revoke_key(*, actor: Actor, key_id: UUID) -> None:
    """It counts no more; once is enough."""
    key = SftpKey.objects.select_for_update(no_key=True).get(pk=get_key(actor, key_id).pk)
    if key.revoked_at:
        return
    key.revoked_at = now()
    key.save(update_fields=["revoked_at"])
    _record(AuditTag.SFTP_KEY_REVOKED, actor, key, {})


@transaction.atomic
def revoke_keys_of(institution_id: UUID) -> int:
    """All of an institution that leaves; how many."""
    standing = SftpKey.objects.filter(institution_id=institution_id, revoked_at__isnull=True)
    found = list(standing.select_for_update(no_key=True))
    for key in found:
        key.revoked_at = now()
        key.save(update_fields=["revoked_at"])
        _record(AuditTag.SFTP_KEY_REVOKED, None, key, {})
    return len(found)


def _record(tag: AuditTag, actor: Actor | None, key: SftpKey, detail: dict[str, str]) -> None:
    record(
        tag=tag,
        institution_id=key.institution_id,
        actor_id=actor.user.pk if actor else None,
        subject_id=key.pk,
        address=actor.address if actor else None,
        detail={"fingerprint": key.fingerprint} | detail,
    )
