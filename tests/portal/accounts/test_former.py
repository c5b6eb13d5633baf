"""Who left is a number after a while: no name, no address, and every record stands."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from portal.accounts import former, members
from portal.accounts.actor import Actor
from portal.accounts.former import KEPT, pseudonymise_who_left
from portal.accounts.models import Institution, Membership, SealedTokens, User
from portal.accounts.roles import Role
from portal.audit.chain import chain_of
from portal.audit.models import AuditRecord
from portal.audit.verifying import verified
from tests.fixtures import cast
from tests.portal.accounts.test_members import UserPool, user_pool, with_token  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(owner: Actor, alpine: Institution, user_pool: UserPool) -> User:  # noqa: F811
    """Somebody who was removed just now."""
    User.objects.filter(pk=owner.user.pk).update(email="owner@alpine.example", timezone="Europe/Zurich")
    admin = with_token(cast.actor(alpine, "admin", Role.ADMIN))
    members.remove(actor=admin, member_id=owner.user.pk)
    return User.objects.get(pk=owner.user.pk)


def later(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    moment = timezone.now() + span
    monkeypatch.setattr(former, "now", lambda: moment)


def test_after_the_delay_nothing_says_who_it_was_and_the_chain_stands(
    gone: User, alpine: Institution, viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = AuditRecord.objects.count()
    later(monkeypatch, KEPT + timedelta(minutes=1))
    assert [pseudonymise_who_left() for _ in range(2)] == [1, 0]
    now = User.objects.get(pk=gone.pk)
    assert (now.name, now.email, now.timezone, now.is_active) == ("", "", "UTC", False)
    assert gone.subject not in now.subject
    for language, words in (("en", "Former member"), ("de", "Früheres Mitglied")):
        with translation.override(language):
            assert str(now) == f"{words} {str(gone.pk)[:8]}"
    told = AuditRecord.objects.order_by("id").last()
    assert told is not None
    assert (told.tag, told.institution_id, told.subject_id) == (
        "worker:user:pseudonymised", alpine.pk, str(gone.pk),
    )  # fmt: skip
    assert (AuditRecord.objects.count(), verified(chain_of(alpine.pk)).fault) == (before + 1, None)
    viewer.user.refresh_from_db()
    assert viewer.user.name == "viewer", "who stays keeps the name"


def test_before_that_the_name_stays(gone: User, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, KEPT - timedelta(minutes=1))
    assert pseudonymise_who_left() == 0
    assert User.objects.get(pk=gone.pk).name == "owner"


def test_who_came_back_keeps_the_name(
    gone: User, borealis: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    Membership.objects.create(user=gone, institution=borealis, role=Role.VIEWER)
    later(monkeypatch, KEPT * 2)
    assert pseudonymise_who_left() == 0
    assert User.objects.get(pk=gone.pk).email == "owner@alpine.example"


def test_who_never_was_a_member_is_left_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nina = User.objects.create(issuer="https://issuer.example", subject="nina", email="nina@new.example")
    later(monkeypatch, KEPT * 2)
    assert pseudonymise_who_left() == 0
    assert User.objects.get(pk=nina.pk).email == "nina@new.example"


def test_the_same_person_at_the_user_pool_is_somebody_new_here(
    gone: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    SealedTokens.objects.create(user=gone, ciphertext=b"x", ends_at=timezone.now())
    later(monkeypatch, KEPT * 2)
    pseudonymise_who_left()
    again, new = User.objects.get_or_create(issuer=gone.issuer, subject=gone.subject)
    assert new and again.pk != gone.pk
    assert not SealedTokens.objects.exists()
