"""E-mail on one's own machine: each message a file in a folder, shown to its receiver on a page.

There is no such folder in production (portal/settings/mail.py).
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _

from portal.common.errors import NotFound

MOST_SHOWN = 100
MOST_LOOKED_AT = 2000
_NAME = re.compile(r"\d{20}-[0-9a-f]{32}")


@dataclass(frozen=True)
class Letter:
    """One message as its receiver reads it."""

    name: str
    at: datetime
    subject: str
    body: str


class MailboxBackend(BaseEmailBackend):
    """Writes messages into the folder, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.FUNDGATE_MAILBOX)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            stamp = int(datetime.now(UTC).timestamp() * 1_000_000)
            target = folder / f"{stamp:020d}-{uuid.uuid4().hex}.eml"
            half = target.with_suffix(".half")
            half.write_bytes(message.message().as_bytes())
            half.replace(target)
        return len(email_messages)


def letters_to(address: str) -> list[Letter]:
    """The newest messages to an address, newest first; NotFound where there is no mailbox."""
    return list(_letters(address))[:MOST_SHOWN]


def letter_to(address: str, name: str) -> Letter:
    """One message to an address; NotFound for any other's."""
    if not _NAME.fullmatch(name):
        raise NotFound
    found = _read(_folder() / f"{name}.eml", address)
    if found is None:
        raise NotFound(_("This message does not exist."))
    return found


def _letters(address: str) -> Iterator[Letter]:
    names = sorted((path.name for path in _folder().glob("*.eml")), reverse=True)
    for name in names[:MOST_LOOKED_AT]:
        letter = _read(_folder() / name, address)
        if letter:
            yield letter


def _folder() -> Path:
    if not settings.FUNDGATE_MAILBOX:
        raise NotFound
    return Path(settings.FUNDGATE_MAILBOX)


def _read(path: Path, address: str) -> Letter | None:
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
    except FileNotFoundError:
        return None
    receivers = {one.addr_spec.lower() for one in message["To"].addresses}
    if address.lower() not in receivers:
        return None
    body = message.get_body(("plain",))
    stamp = datetime.fromtimestamp(int(path.stem.partition("-")[0]) / 1_000_000, UTC)
    return Letter(path.stem, stamp, str(message["Subject"]), body.get_content() if body else "")
