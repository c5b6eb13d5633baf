"""Who is made an operator: somebody without institution, by the deploying hand."""

import pytest
from django.utils import timezone

from portal.accounts import directory
from portal.accounts.actor import Actor
from portal.accounts.errors import OnboardingFailed
from portal.accounts.models import SealedTokens, User
from portal.audit.models import AuditRecord
from portal.operators.appointing import appoint, dismiss

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The groups in which the user pool has everybody; the subject is the address."""
    found: set[str] = set()
    monkeypatch.setattr(directory, "ensure_person", lambda **given: given["email"])
    monkeypatch.setattr(directory, "groups_of", lambda email: found)
    return found


def test_an_operator_is_appointed_once_and_dismissed_with_every_session(groups: set[str]) -> None:
    for _ in range(2):
        user = appoint(email=" Olga@Fundgate.example", name="Olga")
    assert User.objects.get(pk=user.pk).is_operator
    SealedTokens.objects.create(user=user, ciphertext=b"x", ends_at=timezone.now())
    assert [dismiss(email="olga@fundgate.example") for _ in range(2)] == [1, 0]
    assert not User.objects.get(pk=user.pk).is_operator
    assert not SealedTokens.objects.exists()
    tags = AuditRecord.objects.order_by("id").values_list("tag", flat=True)
    assert list(tags) == ["setup:operator:added", "setup:operator:removed"]


def test_who_belongs_to_an_institution_is_not_appointed(
    groups: set[str], owner: Actor, settings: object
) -> None:
    groups.add("alpine-am")
    with pytest.raises(OnboardingFailed, match="belongs to alpine-am"):
        appoint(email="new@fundgate.example")
    groups.clear()
    User.objects.filter(pk=owner.user.pk).update(
        issuer=settings.FUNDGATE_ISSUER,
        subject="owner@alpine.example",  # type: ignore[attr-defined]
    )
    with pytest.raises(OnboardingFailed, match="member of an institution"):
        appoint(email="owner@alpine.example")
    assert not User.objects.filter(user_permissions__codename="operate").exists()
