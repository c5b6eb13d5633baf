"""Members of an institution: who may change them, and what becomes of one who goes."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.accounts import members, members_function
from portal.accounts.actor import Actor
from portal.accounts.errors import AccountElsewhere, AlreadyMember, LastAdmin
from portal.accounts.models import Institution, Membership, SealedTokens, User
from portal.accounts.roles import Role
from portal.accounts.tokens import GivenToken
from portal.audit.models import AuditHead, AuditRecord
from portal.common.errors import NotAllowed, NotFound
from tests.fixtures import cast
from tests.ingestion.review.test_locks import Taken, taken  # noqa: F401

pytestmark = pytest.mark.django_db
NEW = {"email": "new@alpine.example", "name": "New", "role": Role.REVIEWER}


@dataclass
class UserPool:
    """What the Members function was asked; `fails` is raised instead of an answer."""

    asked: list[dict[str, str]] = field(default_factory=list)
    subjects: dict[str, str] = field(default_factory=dict)
    fails: Exception | None = None

    def invite(self, **asked: str) -> str:
        self.asked.append({"act": "invite"} | asked)
        if self.fails:
            raise self.fails
        return self.subjects.setdefault(asked["email"], str(uuid4()))

    def remove(self, **asked: str) -> None:
        self.asked.append({"act": "remove"} | asked)
        if self.fails:
            raise self.fails


@pytest.fixture
def user_pool(monkeypatch: pytest.MonkeyPatch) -> UserPool:
    pool = UserPool()
    monkeypatch.setattr(members_function, "invite", pool.invite)
    monkeypatch.setattr(members_function, "remove", pool.remove)
    return pool


def with_token(actor: Actor) -> Actor:
    token = GivenToken(f"token of {actor.user}", groups=actor.tokens.groups)
    return Actor(actor.user, actor.institution, actor.role, token)


@pytest.fixture
def admin(alpine: Institution) -> Actor:
    return with_token(cast.actor(alpine, "admin", Role.ADMIN))


@pytest.fixture
def second_admin(alpine: Institution) -> Actor:
    """Another administrator, who has signed in before."""
    found = with_token(cast.actor(alpine, "ada", Role.ADMIN))
    User.objects.filter(pk=found.user.pk).update(last_login=timezone.now())
    return found


def last_record() -> tuple[Any, ...]:
    return AuditRecord.objects.order_by("-id").values_list(
        "tag", "institution_id", "actor_id", "subject_id", "detail"
    )[0]


def test_an_invited_person_is_a_member_and_it_is_recorded(admin: Actor, user_pool: UserPool) -> None:
    made = members.invite(actor=admin, **NEW)
    assert (made.role, made.user.email, made.user.last_login) == (Role.REVIEWER, NEW["email"], None)
    assert made.institution == admin.institution
    assert made.user.subject == user_pool.subjects[NEW["email"]]
    assert user_pool.asked == [
        {"act": "invite", "id_token": "token of admin", "email": NEW["email"], "name": "New"}
    ]
    assert admin.institution is not None
    assert last_record() == (
        "portal:member:invited", admin.institution.pk, admin.user.pk, str(made.user_id), {"role": "reviewer"},
    )  # fmt: skip


def test_nobody_is_invited_twice(admin: Actor, user_pool: UserPool) -> None:
    members.invite(actor=admin, **NEW)
    with pytest.raises(AlreadyMember):
        members.invite(actor=admin, **NEW | {"email": NEW["email"].upper()})
    assert len(user_pool.asked) == 1
    assert Membership.objects.filter(user__email=NEW["email"]).count() == 1


def test_an_address_in_use_elsewhere_makes_nobody_a_member(admin: Actor, user_pool: UserPool) -> None:
    user_pool.fails = AccountElsewhere()
    before = AuditRecord.objects.count()
    with pytest.raises(AccountElsewhere):
        members.invite(actor=admin, **NEW)
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert AuditRecord.objects.count() == before


def test_a_person_is_known_by_issuer_and_subject(admin: Actor, user_pool: UserPool, settings: Any) -> None:
    subject = user_pool.subjects[NEW["email"]] = str(uuid4())
    User.objects.create(issuer="https://elsewhere.example", subject=subject)
    known = User.objects.create(issuer=settings.FUNDGATE_ISSUER, subject=subject, email="old@alpine.example")
    assert members.invite(actor=admin, **NEW).user == known


def test_an_invitation_is_repeated_and_recorded(admin: Actor, user_pool: UserPool) -> None:
    made = members.invite(actor=admin, **NEW)
    members.invite_again(actor=admin, member_id=made.user_id)
    assert [each["email"] for each in user_pool.asked] == [NEW["email"]] * 2
    assert last_record()[0] == "portal:member:invited-again"


def test_a_role_is_changed_and_recorded_once(admin: Actor, owner: Actor) -> None:
    for _ in range(2):
        members.change_role(actor=admin, member_id=owner.user.pk, role=Role.VIEWER)
    assert Membership.objects.get(user=owner.user).role == Role.VIEWER
    found = AuditRecord.objects.filter(tag="portal:member:role-changed")
    assert [record.detail for record in found] == [{"from": "uploader", "to": "viewer"}]


def test_who_is_removed_has_neither_membership_nor_session(
    admin: Actor, owner: Actor, viewer: Actor, user_pool: UserPool
) -> None:
    for actor in (owner, owner, viewer):
        SealedTokens.objects.create(user=actor.user, ciphertext=b"x", ends_at=timezone.now())
    members.remove(actor=admin, member_id=owner.user.pk)
    assert user_pool.asked == [{"act": "remove", "id_token": "token of admin", "subject": "owner"}]
    assert not Membership.objects.filter(user=owner.user).exists()
    assert [row.user for row in SealedTokens.objects.all()] == [viewer.user]
    assert last_record()[0] == "portal:member:removed"
    assert User.objects.filter(pk=owner.user.pk).exists(), "what they did keeps its name"


def test_who_is_removed_is_locked_before_the_record_holds_the_chain(
    admin: Actor,
    owner: Actor,
    user_pool: UserPool,
    taken: Taken,  # noqa: F811
) -> None:
    members.remove(actor=admin, member_id=owner.user.pk)
    assert taken.index((Membership, {"of": ("self",), "no_key": True})) < [
        model for model, _how in taken
    ].index(AuditHead)


def test_who_cannot_be_signed_out_stays_a_member(admin: Actor, owner: Actor, user_pool: UserPool) -> None:
    user_pool.fails = NotFound()
    before = AuditRecord.objects.count()
    with pytest.raises(NotFound):
        members.remove(actor=admin, member_id=owner.user.pk)
    assert Membership.objects.filter(user=owner.user).exists()
    assert AuditRecord.objects.count() == before


def test_the_last_administrator_can_neither_leave_nor_step_down(
    admin: Actor, owner: Actor, alpine: Institution, user_pool: UserPool
) -> None:
    never_signed_in = cast.actor(alpine, "invited", Role.ADMIN)
    with pytest.raises(LastAdmin):
        members.remove(actor=admin, member_id=admin.user.pk)
    with pytest.raises(LastAdmin):
        members.change_role(actor=admin, member_id=admin.user.pk, role=Role.REVIEWER)
    assert user_pool.asked == []
    members.remove(actor=admin, member_id=never_signed_in.user.pk)
    assert Membership.objects.get(user=admin.user).role == Role.ADMIN


def test_an_administrator_can_leave_when_another_one_stays(
    admin: Actor, second_admin: Actor, user_pool: UserPool
) -> None:
    members.remove(actor=admin, member_id=admin.user.pk)
    assert not Membership.objects.filter(user=admin.user).exists()
    with pytest.raises(LastAdmin):
        members.remove(actor=second_admin, member_id=second_admin.user.pk)


def test_of_two_administrators_who_remove_each_other_one_stays(
    admin: Actor, second_admin: Actor, user_pool: UserPool
) -> None:
    """The second one's request was let in before the first one's came through."""
    members.remove(actor=admin, member_id=second_admin.user.pk)
    with pytest.raises(NotAllowed):
        members.remove(actor=second_admin, member_id=admin.user.pk)
    with pytest.raises(NotAllowed):
        members.change_role(actor=second_admin, member_id=admin.user.pk, role=Role.VIEWER)
    assert Membership.objects.get(user=admin.user).role == Role.ADMIN


@pytest.mark.parametrize("name", ["reviewer", "owner", "viewer"])
def test_only_administrators_manage_members(
    request: pytest.FixtureRequest, name: str, second: Actor, user_pool: UserPool
) -> None:
    actor = with_token(request.getfixturevalue(name))
    calls: list[Any] = [
        lambda: members.invite(actor=actor, **NEW),
        lambda: members.invite_again(actor=actor, member_id=second.user.pk),
        lambda: members.change_role(actor=actor, member_id=second.user.pk, role=Role.VIEWER),
        lambda: members.remove(actor=actor, member_id=second.user.pk),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()
    assert user_pool.asked == []


def test_another_institution_s_members_are_not_there(
    outsider: Actor, owner: Actor, user_pool: UserPool
) -> None:
    foreign = with_token(outsider)
    for act in (members.remove, members.invite_again):
        with pytest.raises(NotFound):
            act(actor=foreign, member_id=owner.user.pk)
    with pytest.raises(NotFound):
        members.change_role(actor=foreign, member_id=owner.user.pk, role=Role.ADMIN)
    assert user_pool.asked == []
    assert Membership.objects.get(user=owner.user).role == Role.UPLOADER
