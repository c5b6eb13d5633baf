"""An institution that sends too much is told when to come back."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.authentication import BaseAuthentication
from rest_framework.test import APIRequestFactory

from ingestion.web.models import Submission
from ingestion.web.services.arrivals import begin
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, User
from portal.accounts.roles import Role
from portal.api.views import SubmissionsView


class NoToken:
    """Tokens that the limit must not need."""

    groups = ("alpine-am",)

    def id_token(self, min_minutes: float = 0) -> str:
        raise AssertionError("the limit is checked before any token is used")


@pytest.fixture
def actor(db: None) -> Actor:
    institution = Institution.objects.create(code="alpine-am", name="Alpine", kind="manager")
    user = User.objects.create(issuer="https://issuer.example", subject="u")
    Membership.objects.create(user=user, institution=institution, role=Role.UPLOADER)
    return Actor(user, institution, Role.UPLOADER, NoToken())


def test_over_the_limit_is_429_with_the_seconds_to_wait(actor: Actor, settings: Any) -> None:
    settings.FUNDGATE_UPLOADS_PER_MINUTE = 2
    institution = actor.require(Role.UPLOADER)
    for _ in range(2):
        begin(actor, institution, "a.csv")

    class AsActor(BaseAuthentication):
        def authenticate(self, request: Any) -> tuple[User, Actor]:
            request._request.actor = actor
            return actor.user, actor

    file = SimpleUploadedFile("b.csv", b"a;b;c\n1;2;3\n")
    request = APIRequestFactory().post("/api/v1/submissions/", {"file": file}, format="multipart")
    answer = SubmissionsView.as_view(authentication_classes=[AsActor])(request)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Content-Type"] == "application/problem+json"
    assert Submission.objects.count() == 2
