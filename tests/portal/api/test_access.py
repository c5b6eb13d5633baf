"""Who has access, and the log of it, for programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.views import APIView

from portal.accounts.actor import Actor
from portal.api.access import AccessLogView, AccessView
from portal.audit.tags import AuditTag
from sharing.models import Grant
from sharing.services.telling import noted
from tests.ingestion.web.decisions import bucket  # noqa: F401
from tests.sharing.conftest import accepted, admin, cedar, offered, recipient, third  # noqa: F401

pytestmark = pytest.mark.django_db


def call(view: type[APIView], actor: Actor, **query: str) -> Any:
    request = RequestFactory().get("/api/v1/access/", query)
    request.actor = actor  # type: ignore[attr-defined]
    return view.as_view(authentication_classes=[])(request)


def test_a_program_reads_who_has_access_in_both_directions_and_at_a_past_moment(
    accepted: Grant,  # noqa: F811
    admin: Actor,  # noqa: F811
    recipient: Actor,  # noqa: F811
    third: Actor,  # noqa: F811
) -> None:
    (line,) = call(AccessView, admin).data["results"]
    assert (line["owner"], line["recipient"], line["fund"]) == ("alpine-am", "borealis", "LU0000000001")
    assert (line["found"], line["deliveries"], line["state"]) == (False, 0, "active")
    assert call(AccessView, recipient, direction="received").data["results"] == [line]
    for actor, query in [
        (recipient, {}), (third, {}), (third, {"direction": "received"}), (admin, {"fund": "LU9"}),
        (admin, {"at": "2020-01-01T00:00Z"}), (admin, {"institution": "cedar-pension"}),
    ]:  # fmt: skip
        assert call(AccessView, actor, **query).data["total"] == 0
    future = (timezone.now() + timedelta(days=1)).isoformat()
    assert call(AccessView, admin, at=future).data["total"] == 1
    assert call(AccessView, admin, at="yesterday").status_code == 400


def test_a_program_reads_the_log_of_its_own_side(
    accepted: Grant,  # noqa: F811
    admin: Actor,  # noqa: F811
    recipient: Actor,  # noqa: F811
    owner: Actor,
) -> None:
    noted(AuditTag.RECEIVED_DOWNLOADED, accepted, recipient, submission="s", file="original")
    (theirs,) = call(AccessLogView, recipient, kind="downloaded").data["results"]
    assert (theirs["direction"], theirs["institution"]) == ("received", "alpine-am")
    assert (theirs["person"], theirs["file"]) == (recipient.user.pk, "original")
    (ours,) = call(AccessLogView, admin, grant=str(accepted.pk)).data["results"]
    assert (ours["direction"], ours["institution"], ours["person"]) == ("given", "borealis", None)
    assert call(AccessLogView, admin, kind="read").data["total"] == 0
    assert call(AccessLogView, owner).status_code == 403
