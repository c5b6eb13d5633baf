"""Who used the key, for programs that an administrator signs in."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.test import RequestFactory

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.api.key_uses import KeyUsesView
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.fixtures.cast import actor
from tests.portal.key_history import PERSON, History, key_history, signed_in  # noqa: F401

pytestmark = pytest.mark.django_db


def call(by: Actor, **query: str) -> Any:
    request = RequestFactory().get("/api/v1/key-uses/", query)
    request.actor = by  # type: ignore[attr-defined]
    return KeyUsesView.as_view(authentication_classes=[])(request)


@pytest.fixture
def admin(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> Actor:
    assert owner.institution is not None
    monkeypatch.setattr("portal.accounts.actor.Actor.id_token", Mock(return_value="of who asks"))
    return actor(owner.institution, "ada", Role.ADMIN)


def test_it_tells_what_the_page_tells_and_is_recorded(
    admin: Actor,
    owner: Actor,
    key_history: History,  # noqa: F811
) -> None:
    key_history.next = "mark"
    signed_in(admin.user, owner.institution, PERSON)
    answer = call(admin, since="2026-03-01T00:00:00Z", who="own").data
    assert answer == {
        "after": "mark",
        "results": [
            {"id": "own-Decrypt", "at": "2026-03-02T08:15:00+00:00", "act": "Decrypt", "who": "own",
             "name": "fundgate-own", "identity": PERSON, "person": admin.user.pk, "address": "",
             "through": "s3", "area": "results", "error": ""}
        ],
    }  # fmt: skip
    asked = {"token": "of who asks", "who": "own", "start": 1772323200, "end": None, "after": ""}
    assert key_history.asked == [asked]
    (record,) = AuditRecord.objects.filter(tag=AuditTag.KEY_USES_VIEWED)
    assert record.institution_id == owner.institution.pk and record.actor_id == admin.user.pk  # type: ignore[union-attr]


def test_what_cannot_be_asked_is_refused(admin: Actor, owner: Actor, key_history: History) -> None:  # noqa: F811
    key_history.over = True
    assert call(admin, after="mark").status_code == 409
    assert call(admin, after="x" * 3001).status_code == 400
    assert call(admin, who="anybody").status_code == 400
    assert call(owner).status_code == 403
    assert len(key_history.asked) == 1
