"""An institution without administrator gets one: by two operators, slowly, and unless a member objects."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from portal.accounts import members_function, onboarding
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, User
from portal.accounts.roles import Role
from portal.accounts.selectors import actor_for
from portal.audit.chain import PLATFORM, chain_of
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.audit.verifying import verified
from portal.common.errors import NotFound
from portal.custody.services import offboard
from portal.notices import services as notices
from portal.notices.events import Event, Mail, Reach
from portal.notices.models import Announcement, Notice
from portal.notices.selectors import notices_for, wishes_of
from portal.operators import services
from portal.operators.errors import (
    AlreadyAdministrator,
    ElsewhereMember,
    ForOperators,
    RecoveryIncomplete,
    RecoveryOpen,
    RecoveryOver,
    SecondOperatorNeeded,
)
from portal.operators.models import Recovery
from portal.operators.states import State
from tests.fixtures.cast import NoToken

pytestmark = pytest.mark.django_db
PassTime = Callable[[timedelta], None]
HOURS = timedelta(hours=1)
WORDS = {"name": "Nora", "reason": "Their last administrator has died.", "ticket": "T-7"}


def asked(actor: Actor, *, email: str = "new@alpine.example", code: str = "alpine-am") -> Recovery:
    return services.ask(actor=actor, code=code, email=email, **WORDS)


def of_member(actor: Actor, person: Actor) -> Recovery:
    """For somebody who is a member of Alpine."""
    User.objects.filter(pk=person.user.pk).update(email="known@alpine.example")
    return asked(actor, email="Known@Alpine.example")


def state_of(recovery: Recovery) -> str:
    return Recovery.objects.get(pk=recovery.pk).state


def role_of(person: Actor) -> str:
    return Membership.objects.get(user=person.user).role


def trail(institution: Institution | None) -> list[tuple[Any, ...]]:
    records = AuditRecord.objects.filter(institution_id=institution.pk if institution else None)
    return list(records.order_by("number").values_list("tag", "actor_id", "address"))


def test_after_72_hours_a_member_becomes_administrator_and_both_chains_say_how(
    olga: Actor, otto: Actor, reviewer: Actor, alpine: Institution, pass_time: PassTime
) -> None:
    recovery = of_member(olga, reviewer)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    pass_time(72 * HOURS - timedelta(seconds=1))
    assert services.carry_out_what_is_due() == 0
    assert (state_of(recovery), role_of(reviewer)) == (State.ANNOUNCED, Role.REVIEWER)
    pass_time(timedelta(seconds=1))
    assert [services.carry_out_what_is_due() for _ in range(2)] == [1, 0]
    assert (state_of(recovery), role_of(reviewer)) == (State.DONE, Role.ADMIN)
    tags = ["operator:recovery:asked", "operator:recovery:announced", "worker:recovery:done"]
    people = [olga.user.pk, otto.user.pk, None]
    assert trail(alpine) == list(zip(tags, people, [None] * 3, strict=True))
    assert trail(None) == list(zip(tags, people, ["192.0.2.9", "192.0.2.9", None], strict=True))
    assert [verified(chain).fault for chain in (PLATFORM, chain_of(alpine.pk))] == [None, None]


def test_nothing_happens_before_a_second_operator_confirms(
    olga: Actor, otto: Actor, reviewer: Actor, pass_time: PassTime
) -> None:
    recovery = of_member(olga, reviewer)
    with pytest.raises(SecondOperatorNeeded):
        services.confirm(actor=olga, recovery_id=recovery.pk)
    pass_time(100 * HOURS)
    assert services.carry_out_what_is_due() == 0
    assert (state_of(recovery), Announcement.objects.count()) == (State.ASKED, 0)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    with pytest.raises(RecoveryOver):
        services.confirm(actor=otto, recovery_id=recovery.pk)


def test_the_database_itself_wants_two_people(olga: Actor, otto: Actor, reviewer: Actor) -> None:
    recovery = of_member(olga, reviewer)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.filter(pk=recovery.pk).update(confirmed_by=F("asked_by"))


def test_any_member_can_object_and_nobody_becomes_administrator(
    olga: Actor, otto: Actor, reviewer: Actor, viewer: Actor, outsider: Actor, alpine: Institution,
    pass_time: PassTime,
) -> None:  # fmt: skip
    recovery = of_member(olga, reviewer)
    with pytest.raises(NotFound):
        services.object_to(actor=viewer, recovery_id=recovery.pk, reason="Not announced yet.")
    services.confirm(actor=otto, recovery_id=recovery.pk)
    with pytest.raises(NotFound):
        services.object_to(actor=outsider, recovery_id=recovery.pk, reason="Of another institution.")
    services.object_to(actor=viewer, recovery_id=recovery.pk, reason="Our administrator is on holiday.")
    pass_time(100 * HOURS)
    assert services.carry_out_what_is_due() == 0
    assert (state_of(recovery), role_of(reviewer)) == (State.OBJECTED, Role.REVIEWER)
    assert trail(alpine)[-1][:2] == ("portal:recovery:objected", viewer.user.pk)
    assert trail(None)[-1] == ("portal:recovery:objected", None, None), "operators read no member's name"
    with pytest.raises(RecoveryOver):
        services.object_to(actor=reviewer, recovery_id=recovery.pk, reason="Once more.")


def test_everybody_is_told_whatever_they_chose_and_told_again_at_the_end(
    olga: Actor, otto: Actor, reviewer: Actor, viewer: Actor, outsider: Actor, pass_time: PassTime
) -> None:
    User.objects.filter(pk=viewer.user.pk).update(email="vera@alpine.example")
    assert Event.INSTITUTION_RECOVERY not in [wish.event for wish in wishes_of(viewer)]
    chosen = {Event.INSTITUTION_RECOVERY: (Reach.NONE, Mail.OFF)}
    notices.save_preferences(actor=viewer, chosen=chosen)
    recovery = of_member(olga, reviewer)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    pass_time(72 * HOURS)
    services.carry_out_what_is_due()
    for announcement in Announcement.objects.all():
        notices.spread(announcement.pk)
    assert [one.about["state"] for one in Announcement.objects.order_by("id")] == ["announced", "done"]
    told = Notice.objects.filter(announcement__about__state="announced")
    assert {notice.user for notice in told} == {reviewer.user, viewer.user}
    assert told.get(user=viewer.user).email_due_at, "by e-mail too"
    assert Recovery.objects.get().told == 2


def test_a_member_who_is_limited_to_some_funds_is_told_may_object_and_is_limited_no_more_as_administrator(
    olga: Actor, otto: Actor, reviewer: Actor, pass_time: PassTime
) -> None:
    Membership.objects.filter(user=reviewer.user).update(funds=["LU0000000001"], entities=[])
    limited = actor_for(reviewer.user, NoToken(("alpine-am",)))
    assert limited.limit
    first = of_member(olga, limited)
    services.confirm(actor=otto, recovery_id=first.pk)
    notices.spread(Announcement.objects.get().pk)
    assert notices_for(limited).count() == 1
    services.object_to(actor=limited, recovery_id=first.pk, reason="Somebody is left.")
    again = of_member(olga, limited)
    services.confirm(actor=otto, recovery_id=again.pk)
    pass_time(72 * HOURS)
    services.carry_out_what_is_due()
    membership = Membership.objects.get(user=reviewer.user)
    assert (state_of(again), membership.role, membership.funds) == (State.DONE, Role.ADMIN, None)
    ended = AuditRecord.objects.get(tag=AuditTag.MEMBER_LIMITED)
    assert (ended.institution_id, ended.detail["before"]) == (membership.institution_id, ["LU0000000001"])


def test_somebody_new_waits_for_the_deploying_hand(
    olga: Actor, otto: Actor, alpine: Institution, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(**_: Any) -> None:
        raise AssertionError("no running process adds a person")

    added: list[dict[str, Any]] = []

    def add_member(**given: Any) -> User:
        added.append(given)
        return olga.user

    monkeypatch.setattr(members_function, "invite", nobody)
    monkeypatch.setattr(onboarding, "add_member", add_member)
    recovery = asked(olga)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    with pytest.raises(RecoveryOver):
        services.complete(recovery_id=recovery.pk)
    pass_time(72 * HOURS)
    services.carry_out_what_is_due()
    assert (state_of(recovery), added) == (State.DUE, [])
    services.complete(recovery_id=recovery.pk)
    assert state_of(recovery) == State.DONE
    assert [(one["code"], one["email"], one["role"]) for one in added] == [
        ("alpine-am", "new@alpine.example", Role.ADMIN)
    ]
    with pytest.raises(RecoveryOver):
        services.complete(recovery_id=recovery.pk)
    assert len(added) == 1


def test_what_nobody_takes_further_lapses(
    olga: Actor, otto: Actor, borealis: Institution, alpine: Institution, pass_time: PassTime
) -> None:
    asked_only, confirmed = asked(olga), asked(olga, code=borealis.code)
    services.confirm(actor=otto, recovery_id=confirmed.pk)
    pass_time(7 * 24 * HOURS)
    services.carry_out_what_is_due()
    assert (state_of(asked_only), state_of(confirmed)) == (State.LAPSED, State.DUE)
    pass_time(14 * 24 * HOURS)
    services.carry_out_what_is_due()
    assert state_of(confirmed) == State.LAPSED
    states = Announcement.objects.order_by("id").values_list("about__state", flat=True)
    assert list(states) == ["announced", "lapsed"], "who was told of it is told of its end"


def test_half_a_year_after_its_end_a_recovery_names_nobody(
    olga: Actor, alpine: Institution, borealis: Institution, pass_time: PassTime
) -> None:
    over, stays = asked(olga), asked(olga, code=borealis.code)
    services.withdraw(actor=olga, recovery_id=over.pk, reason="She is back.")
    pass_time(179 * 24 * HOURS)
    assert services.forget_whom() == 0
    pass_time(24 * HOURS)
    assert [services.forget_whom() for _ in range(2)] == [1, 0]
    told = dict(Recovery.objects.values_list("pk", "email"))
    assert told == {over.pk: "", stays.pk: "new@alpine.example"}


def test_who_has_left_meanwhile_becomes_nothing(
    olga: Actor, otto: Actor, reviewer: Actor, pass_time: PassTime
) -> None:
    recovery = of_member(olga, reviewer)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    Membership.objects.filter(user=reviewer.user).delete()
    pass_time(72 * HOURS)
    services.carry_out_what_is_due()
    assert state_of(recovery) == State.LAPSED
    assert not Membership.objects.filter(user=reviewer.user).exists()


def test_when_the_institution_leaves_its_recovery_is_over(
    olga: Actor, otto: Actor, alpine: Institution, borealis: Institution
) -> None:
    recovery, theirs = asked(olga), asked(olga, code=borealis.code)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    for _ in range(2):
        offboard(code=alpine.code, reason="Merged.", without_take_out=True)
    assert (state_of(recovery), state_of(theirs)) == (State.LAPSED, State.ASKED)
    assert [tag for tag, *_ in trail(alpine)].count("worker:recovery:lapsed") == 1


def test_an_institution_has_one_open_recovery_and_after_its_end_another(
    olga: Actor, alpine: Institution
) -> None:
    first = asked(olga)
    with pytest.raises(RecoveryOpen):
        asked(olga)
    services.withdraw(actor=olga, recovery_id=first.pk, reason="Their administrator is back.")
    assert asked(olga).pk != first.pk
    with pytest.raises(RecoveryOver):
        services.withdraw(actor=olga, recovery_id=first.pk, reason="Again.")


def test_nobody_is_asked_for_who_belongs_elsewhere_or_is_administrator_already(
    olga: Actor, otto: Actor, admin: Actor, outsider: Actor, alpine: Institution
) -> None:
    for person, address in ((admin, "admin@alpine.example"), (outsider, "outsider@borealis.example")):
        User.objects.filter(pk=person.user.pk).update(email=address)
    for email, refusal in (
        ("outsider@borealis.example", ElsewhereMember),
        (otto.user.email, ElsewhereMember),
        ("admin@alpine.example", AlreadyAdministrator),
        (" ", RecoveryIncomplete),
    ):
        with pytest.raises(refusal):
            asked(olga, email=email)
    with pytest.raises(NotFound):
        asked(olga, code="nowhere")
    assert not Recovery.objects.exists()
    assert asked(olga).state == State.ASKED


@pytest.mark.parametrize("name", ["viewer", "admin", "outsider"])
def test_members_are_no_operators_even_with_the_permission(
    request: pytest.FixtureRequest, name: str, olga: Actor, alpine: Institution
) -> None:
    actor: Actor = request.getfixturevalue(name)
    recovery = asked(olga)
    actor.user.user_permissions.add(*olga.user.user_permissions.all())
    for act in (
        lambda: asked(actor),
        lambda: services.confirm(actor=actor, recovery_id=recovery.pk),
        lambda: services.withdraw(actor=actor, recovery_id=recovery.pk, reason="No."),
    ):
        with pytest.raises(ForOperators):
            act()
    assert state_of(recovery) == State.ASKED
