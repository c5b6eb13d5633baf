"""The owner's pages ask the database as often for many recipients as for two."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from portal.audit.tags import AuditTag
from sharing.models import Copy, Grant, GrantTransition
from sharing.services.telling import noted
from sharing.states import CopyState, State

PAGES = {
    "home": "/",
    "grants": reverse("grants"),
    "new_grant": reverse("new_grant"),
    "access": reverse("access"),
    "by_grant": reverse("access") + "?view=grants",
    "then": reverse("access") + "?on=2026-01-31",
    "csv": reverse("access_csv"),
    "log": reverse("access_log"),
    "audit": reverse("audit"),
}


def handed_on(delivery: Submission, many: int) -> None:
    """The delivery lies at as many more institutions, as the trails say."""
    now, there = timezone.now(), Institution.objects.count()
    terms: dict[str, Any] = {
        "owner": delivery.institution, "drafted_by": User.objects.get(subject="ada"), "drafted_at": now,
        "state": State.ACTIVE, "state_since": now, "contents": ["summary"], "condition": "checked",
    }  # fmt: skip
    for number in range(there, there + many):
        other = Institution.objects.create(code=f"other-{number}", name=f"Other {number}", kind="owner")
        grant = Grant.objects.create(recipient=other, **terms)
        GrantTransition.objects.create(grant=grant, to_state=State.ACTIVE, at=now)
        at = {"state_since": now, "owed_at": now, "done_at": now, "arrived_at": now}
        Copy.objects.create(grant=grant, submission=delivery, attempt=1, state=CopyState.DONE, **at)
        noted(AuditTag.COPY_DELIVERED, grant, None, submission=str(delivery.pk))


def asked(browser: Client) -> dict[str, int]:
    """How often each page asks."""
    counts = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address)
            content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        assert answer.status_code == 200 and content
        counts[name] = len(queries)
    return counts


def test_the_owner_s_pages_ask_as_often_for_many_recipients_as_for_two(
    owner: Client, delivery: Submission
) -> None:
    handed_on(delivery, 2)
    few = asked(owner)
    handed_on(delivery, 28)
    assert asked(owner) == few
    assert owner.get(PAGES["csv"]).getvalue().count(b"LU0000000001") == 30
