"""Sessions begin anew and end for good, with or without AWS."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from ingestion.aws.errors import AwsUnavailable
from portal.accounts import seal, services
from portal.accounts.models import SealedTokens, User
from portal.accounts.seal import Tokens
from portal.accounts.selectors import actor_of_session
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.cookies import cookie_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create(issuer="https://issuer.example", subject="one", email="one@a.example")


@pytest.fixture
def request_() -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.session["planted"] = "by somebody else"
    request.session.save()
    request.user = AnonymousUser()
    return request


def signed_in(request: HttpRequest, user: User, minutes: int = 60, groups: tuple[str, ...] = ()) -> str:
    tokens = Tokens("id", "refresh", datetime.now(UTC) + timedelta(minutes=minutes))
    key = services.start_session(request=request, user=user, fresh=tokens, groups=groups)
    request.COOKIES[cookie_name(seal.COOKIE)] = key
    return key


def test_a_new_session_keeps_nothing_of_the_one_that_came_in(request_: HttpRequest, user: User) -> None:
    planted = request_.session.session_key
    signed_in(request_, user)
    assert request_.session.session_key != planted
    assert "planted" not in request_.session
    actor = actor_of_session(request_)
    assert actor is not None
    assert actor.user == user
    assert actor.id_token() == "id"


@pytest.mark.parametrize("known", [True, False])
def test_a_sign_in_is_recorded_with_the_identity_where_aws_tells_it(
    request_: HttpRequest, user: User, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    asked = Mock(return_value="eu-central-1:1") if known else Mock(side_effect=AwsUnavailable)
    monkeypatch.setattr(services, "identity_of", asked)
    signed_in(request_, user)
    signed_in(request_, user, groups=("alpine-am",))
    first, second = AuditRecord.objects.filter(tag=AuditTag.SIGNED_IN).order_by("number")
    assert asked.call_count == 1 and "identity" not in first.detail, "who is of no institution has no role"
    assert second.detail.get("identity") == ("eu-central-1:1" if known else None)


def test_signing_in_again_replaces_the_seal(request_: HttpRequest, user: User) -> None:
    first = signed_in(request_, user)
    assert signed_in(request_, user) != first
    assert SealedTokens.objects.count() == 1


def test_signing_in_sweeps_away_what_has_ended(request_: HttpRequest, user: User) -> None:
    signed_in(request_, user)
    SealedTokens.objects.update(ends_at=datetime.now(UTC) - timedelta(seconds=1))
    assert actor_of_session(request_) is None
    signed_in(request_, user)
    assert SealedTokens.objects.get().ends_at > datetime.now(UTC)


def test_signing_out_works_with_aws_down(request_: HttpRequest, user: User) -> None:
    signed_in(request_, user)
    services.end_session(request=request_, actor=actor_of_session(request_))
    assert not request_.user.is_authenticated
    assert SealedTokens.objects.count() == 0
    tags = list(AuditRecord.objects.values_list("tag", flat=True))
    assert tags == ["portal:session:signed-in", "portal:session:signed-out"]


def test_a_person_is_found_by_issuer_and_subject_alone(user: User) -> None:
    from ingestion.aws.identity import Claims

    def claims(issuer: str, subject: str) -> Claims:
        return Claims(issuer, subject, "one@a.example", "One", (), datetime.now(UTC), "t")

    same = services.user_for(claims(user.issuer, user.subject))
    assert (same.pk, same.name) == (user.pk, "One")
    assert services.user_for(claims(user.issuer, "two")).pk != user.pk
    assert services.user_for(claims("https://other.example", user.subject)).pk != user.pk
