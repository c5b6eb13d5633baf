"""What the authorisation matrix needs of notices: for each address its subject and what is sent to it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core.mail import EmailMessage
from django.utils import timezone

from portal.accounts.models import Institution, User
from portal.notices.events import Event
from portal.notices.mailbox import MailboxBackend
from portal.notices.models import Announcement, Delivery, Endpoint, Notice

HOOK = "https://hooks.example.com/fundgate"
EVENTS = [("events", Event.SUBMISSION_COMPLETED), ("events", Event.SUBMISSION_FAILED)]
FORMS: dict[str, list[tuple[str, str]]] = {
    "webhooks": [("url", HOOK), *EVENTS],
    "webhook": [*EVENTS, ("active", "on")],
    "notice_settings": [
        choice for event in Event for choice in ((f"reach:{event}", "all"), (f"mail:{event}", "daily"))
    ],
}
FORMS["notice_defaults"] = FORMS["notice_settings"]
SUBJECTS = {
    "open_notice", "letter", "webhook", "webhook_secret", "test_webhook", "remove_webhook", "deliver_again",
    "api_webhook_deliveries",
}  # fmt: skip


def announcement(institution: Institution, **fields: Any) -> Announcement:
    """Something that was announced and spread."""
    given = {"event": Event.SUBMISSION_COMPLETED, "subject_id": uuid4(), "about": {"number": 7}}
    return Announcement.objects.create(institution=institution, spread_at=timezone.now(), **(given | fields))


def notice(user: User, institution: Institution, **fields: Any) -> Notice:
    """One notice of this person."""
    told = announcement(institution, **fields)
    return Notice.objects.create(user=user, announcement=told, created_at=timezone.now())


def endpoint(institution: Institution, user: User, **fields: Any) -> Endpoint:
    """A webhook of the institution."""
    given = {"url": HOOK, "events": [Event.SUBMISSION_COMPLETED]}
    return Endpoint.objects.create(institution=institution, created_by=user, **(given | fields))


def arguments(name: str, alpine: Institution, anna: User, reader: User, folder: Path) -> list[Any]:
    """The subject of an address: of institution A, and of its person `reader` where it is a person's own."""
    if name not in SUBJECTS:
        return []
    if name == "open_notice":
        return [notice(reader, alpine).pk]
    if name == "letter":
        MailboxBackend().send_messages([EmailMessage("Subject", "Body", to=[reader.email])])
        return [next(folder.glob("*.eml")).stem]
    made = endpoint(alpine, anna)
    if name != "deliver_again":
        return [made.id]
    state = Delivery.State.FAILED
    return [made.id, Delivery.objects.create(endpoint=made, event="ping", state=state).id]


def form(name: str) -> dict[str, Any]:
    """What is sent there."""
    body = urlencode(FORMS.get(name, []))
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}
