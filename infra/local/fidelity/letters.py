"""Gap: an e-mail of the user pool reaches nobody, so whoever is invited never learns their password.

With FUNDGATE_MAILBOX each becomes a file in that folder, where the portal's own e-mails of this machine lie.
"""

import os
import time
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ministack.services import cognito


def install() -> None:
    """Write the letter beside what the emulator records of it."""
    deliver = cognito._deliver_cognito_email

    def delivered(pool: Any, to_email: str, subject: str, body: str, *rest: Any, **more: Any) -> Any:
        if to_email and (folder := os.environ.get("FUNDGATE_MAILBOX")):
            _write(Path(folder), to_email, subject, body)
        return deliver(pool, to_email, subject, body, *rest, **more)

    cognito._deliver_cognito_email = delivered


def _write(folder: Path, to: str, subject: str, body: str) -> None:
    """One message, whole or not at all."""
    letter = EmailMessage()
    letter["To"], letter["Subject"] = to, subject
    letter.set_content(body, cte="8bit")  # read as it lies there: no line of it is folded
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{time.time_ns() // 1000:020d}-{uuid.uuid4().hex}.eml"
    half = target.with_suffix(".half")
    half.write_bytes(letter.as_bytes())
    half.replace(target)
