"""What the matrix of addresses needs of operators' acts and of keys: something to act on, what is sent."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission
from django.utils import timezone

from portal.accounts.models import Institution, User
from portal.operators.models import Recovery
from portal.operators.states import State
from portal.sftp.keys import fingerprint
from portal.sftp.models import SftpKey
from tests.portal.dashboard.conftest import ISSUER

WORDS = "Known."
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
"""The form of a key; nobody has its other half."""
FORMS: dict[str, dict[str, str]] = {
    "recoveries": {"code": "alpine-am", "email": "new@alpine.example", "name": WORDS, "ticket": WORDS,
                   "reason": WORDS},
    "operator_recovery": {"act": "confirm"},
    "recovery": {"reason": WORDS},
    "first_steps": {},
    "sftp_keys": {"name": WORDS, "text": KEY, "days": "90"},
    "revoke_sftp_key": {},
}  # fmt: skip
NAMES = {*FORMS, "operators", "platform_health"}


def operator(name: str) -> User:
    """Somebody who runs the platform."""
    user, _new = User.objects.get_or_create(issuer=ISSUER, subject=name)
    user.user_permissions.add(Permission.objects.get(codename="operate"))
    return user


def recovery_of(institution: Institution) -> Recovery:
    """One that two operators want and members were told of."""
    now = timezone.now()
    words = {"email": "new@alpine.example", "name": WORDS, "reason": WORDS, "ticket": WORDS}
    steps = {"asked_by": operator("olga"), "asked_at": now, "confirmed_by": operator("otto"),
             "due_at": now + timedelta(hours=72), "state_since": now}  # fmt: skip
    found, _new = Recovery.objects.get_or_create(
        institution=institution, state=State.ANNOUNCED, defaults=words | steps
    )
    return found


def key_of(institution: Institution, by: User) -> SftpKey:
    """A key of one of its members."""
    SftpKey.objects.all().delete()
    return SftpKey.objects.create(
        institution=institution, member=by, name=WORDS, kind="Ed25519", line=KEY,
        fingerprint=fingerprint(KEY), created_by=by, expires_at=timezone.now() + timedelta(days=90),
    )  # fmt: skip


def arguments(name: str, alpine: Institution, by: User) -> list[Any]:
    """The subject of an address: something of institution A."""
    if name == "revoke_sftp_key":
        return [key_of(alpine, by).pk]
    return [recovery_of(alpine).pk] if name in ("recovery", "operator_recovery") else []


def sent(name: str, method: str, caller: User | None) -> dict[str, Any]:
    """What a form sends to such an address; a key is the caller's own."""
    if method != "POST":
        return {}
    own = {"holder": f"member:{caller.pk}"} if caller and name == "sftp_keys" else {}
    return {
        "data": urlencode(FORMS.get(name, {}) | own).encode(),
        "content_type": "application/x-www-form-urlencoded",
    }
