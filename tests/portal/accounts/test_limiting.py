"""Members who answer for some funds of their institution only: who limits them, and to what."""

import random
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model

from portal.accounts import directory, members, onboarding
from portal.accounts.actor import Actor
from portal.accounts.errors import LimitedAdmin, LimitInvalid, OnlySomeFunds
from portal.accounts.limiting import LONGEST, end_limit, limit_to
from portal.accounts.limits import MOST_ENTITIES, MOST_FUNDS
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.accounts.selectors import actor_for
from portal.audit.models import AuditHead, AuditRecord
from portal.common.errors import NotAllowed, NotFound
from tests.ingestion.review.test_locks import taken  # noqa: F401
from tests.tools.codes import lei

pytestmark = pytest.mark.django_db
ONE, TWO = "LU0000000001", "LU0000000002"
HOUSE, PARTNER = "529900T8BM49AURSDO55", "99990084AH6R9PCX2K60"


def as_they_act(actor: Actor) -> Actor:
    """The person of their next request."""
    return actor_for(actor.user, actor.tokens)


def records() -> list[dict[str, list[str]]]:
    found = AuditRecord.objects.filter(tag="portal:member:limited").order_by("id")
    return list(found.values_list("detail", flat=True))


def test_a_limit_counts_from_the_next_request_until_it_is_ended(admin: Actor, reviewer: Actor) -> None:
    assert as_they_act(reviewer).limit is None
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[f" {TWO.lower()}", ONE, "", ONE])
    limit = as_they_act(reviewer).limit
    assert limit is not None and limit.listed == [ONE, TWO] and limit.user_id == reviewer.user.pk
    end_limit(actor=admin, member_id=reviewer.user.pk)
    assert as_they_act(reviewer).limit is None


def test_each_change_is_recorded_once_with_the_funds(admin: Actor, reviewer: Actor) -> None:
    for funds, entities in (([ONE], []), ([ONE], []), ([ONE, TWO], []), ([ONE, TWO], [HOUSE]), ([], [HOUSE])):
        limit_to(actor=admin, member_id=reviewer.user.pk, funds=funds, entities=entities)
    for _ in range(2):
        end_limit(actor=admin, member_id=reviewer.user.pk)
    steps = [([], []), ([ONE], []), ([ONE, TWO], []), ([ONE, TWO], [HOUSE]), ([], [HOUSE]), ([], [])]
    assert records() == [
        {"before": funds, "entities_before": leis, "after": after, "entities_after": leis_after}
        for (funds, leis), (after, leis_after) in pairwise(steps)
    ]
    record = AuditRecord.objects.filter(tag="portal:member:limited").latest("id")
    assert (record.actor_id, record.subject_id) == (admin.user.pk, str(reviewer.user.pk))


def test_a_limit_names_legal_entities_beside_funds_or_alone(admin: Actor, reviewer: Actor) -> None:
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[], entities=[f" {HOUSE.lower()} ", PARTNER, ""])
    limit = as_they_act(reviewer).limit
    assert limit is not None and (limit.listed, limit.listed_entities) == ([], [HOUSE, PARTNER])
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=reviewer.user).update(funds=None)
    end_limit(actor=admin, member_id=reviewer.user.pk)
    assert as_they_act(reviewer).limit is None


@pytest.mark.parametrize(
    "entities", [[ONE], [HOUSE[:-1] + "6"], [HOUSE, "LEI"]], ids=["a fund", "wrong digits", "one of two"]
)
def test_what_is_no_lei_limits_nobody(admin: Actor, reviewer: Actor, entities: list[str]) -> None:
    with pytest.raises(LimitInvalid) as refused:
        limit_to(actor=admin, member_id=reviewer.user.pk, funds=[ONE], entities=entities)
    assert [problem["place"] for problem in refused.value.problems] == ["entities"]
    assert as_they_act(reviewer).limit is None and records() == []


def test_as_many_legal_entities_as_may_be_are_taken(admin: Actor, reviewer: Actor) -> None:
    rng = random.Random(1)
    many = sorted({lei(rng) for _ in range(MOST_ENTITIES + 1)})
    with pytest.raises(LimitInvalid):
        limit_to(actor=admin, member_id=reviewer.user.pk, funds=[], entities=many)
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[], entities=many[1:])
    limit = as_they_act(reviewer).limit
    assert limit is not None and limit.listed_entities == many[1:]


def test_who_was_limited_before_there_were_entities_is_limited_to_funds(
    admin: Actor, reviewer: Actor
) -> None:
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[ONE], entities=[HOUSE])
    moved = import_module("portal.accounts.migrations.0005_limits_to_entities")
    moved.no_entity(apps, None)
    limit = as_they_act(reviewer).limit
    assert limit is not None and (limit.listed, limit.listed_entities) == ([ONE], [])
    assert as_they_act(admin).limit is None


@pytest.mark.parametrize(
    "funds",
    [[], [" "], [f"F{number}" for number in range(MOST_FUNDS + 1)], ["F" * (LONGEST + 1)]],
    ids=["none", "blank", "too many", "too long"],
)
def test_a_limit_names_funds_and_not_too_many(admin: Actor, reviewer: Actor, funds: list[str]) -> None:
    with pytest.raises(LimitInvalid):
        limit_to(actor=admin, member_id=reviewer.user.pk, funds=funds)
    assert as_they_act(reviewer).limit is None
    assert records() == []


def test_as_many_funds_as_may_be_are_taken(admin: Actor, reviewer: Actor) -> None:
    funds = [f"F{number:0{LONGEST - 1}}" for number in range(MOST_FUNDS)]
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=funds)
    assert as_they_act(reviewer).limit is not None


def test_an_administrator_sees_every_fund(admin: Actor, reviewer: Actor) -> None:
    with pytest.raises(LimitedAdmin):
        limit_to(actor=admin, member_id=admin.user.pk, funds=[ONE])
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[ONE])
    with pytest.raises(LimitedAdmin):
        members.change_role(actor=admin, member_id=reviewer.user.pk, role=Role.ADMIN)
    members.change_role(actor=admin, member_id=reviewer.user.pk, role=Role.VIEWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=reviewer.user).update(role=Role.ADMIN)
    end_limit(actor=admin, member_id=reviewer.user.pk)
    members.change_role(actor=admin, member_id=reviewer.user.pk, role=Role.ADMIN)


def test_a_limit_that_ends_with_the_deploying_hand_s_new_administrator_is_recorded(
    admin: Actor, reviewer: Actor, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[ONE], entities=[HOUSE])
    settings.FUNDGATE_ISSUER = reviewer.user.issuer
    monkeypatch.setattr(directory, "ensure_person", lambda **_: reviewer.user.subject)
    monkeypatch.setattr(directory, "join_group", lambda **_: None)
    assert admin.institution is not None
    for role in (Role.VIEWER, Role.ADMIN, Role.REVIEWER):
        onboarding.add_member(code=admin.institution.code, email="r@alpine.example", role=role)
    assert records()[1:] == [
        {"before": [ONE], "after": [], "entities_before": [HOUSE], "entities_after": []}
    ], "with the role of an administrator, and with no other"
    assert as_they_act(reviewer).limit is None
    told = AuditRecord.objects.filter(tag="portal:member:limited").latest("id")
    assert (told.actor_id, told.subject_id) == (None, str(reviewer.user.pk))


def test_the_deploying_hand_decides_on_the_locked_row_too(
    admin: Actor,
    reviewer: Actor,
    taken: list[tuple[type[Model], dict[str, object]]],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.FUNDGATE_ISSUER = reviewer.user.issuer
    monkeypatch.setattr(directory, "ensure_person", lambda **_: reviewer.user.subject)
    monkeypatch.setattr(directory, "join_group", lambda **_: None)
    assert admin.institution is not None
    onboarding.add_member(code=admin.institution.code, email="r@alpine.example", role=Role.ADMIN)
    assert [model for model, _how in taken] == [Membership, AuditHead]


def test_role_and_limit_of_a_member_are_read_from_the_locked_row(
    admin: Actor,
    reviewer: Actor,
    taken: list[tuple[type[Model], dict[str, object]]],  # noqa: F811
) -> None:
    """Changed at the same moment they made an administrator with a limit, which the database refuses."""
    member = reviewer.user.pk
    for change in (
        lambda: limit_to(actor=admin, member_id=member, funds=[ONE]),
        lambda: end_limit(actor=admin, member_id=member),
        lambda: members.change_role(actor=admin, member_id=member, role=Role.ADMIN),
    ):
        taken.clear()
        change()
        assert (Membership, {"of": ("self",), "no_key": True}) in taken
    Membership.objects.filter(user=reviewer.user).delete()
    with pytest.raises(NotFound):
        limit_to(actor=admin, member_id=member, funds=[ONE])


def test_only_an_administrator_of_the_same_institution_limits_a_member(
    owner: Actor, reviewer: Actor, viewer: Actor, outsider: Actor
) -> None:
    for actor in (owner, reviewer, viewer):
        with pytest.raises(NotAllowed):
            limit_to(actor=actor, member_id=reviewer.user.pk, funds=[ONE])
        with pytest.raises(NotAllowed):
            end_limit(actor=actor, member_id=reviewer.user.pk)
    with pytest.raises(NotFound):
        limit_to(actor=outsider, member_id=reviewer.user.pk, funds=[ONE])
    assert as_they_act(reviewer).limit is None


def test_what_counts_for_every_fund_is_not_for_who_sees_some(admin: Actor, reviewer: Actor) -> None:
    assert as_they_act(reviewer).require_for_all_funds(Role.REVIEWER) == reviewer.institution
    limit_to(actor=admin, member_id=reviewer.user.pk, funds=[ONE])
    limited = as_they_act(reviewer)
    with pytest.raises(OnlySomeFunds):
        limited.require_for_all_funds(Role.REVIEWER)
    assert limited.may(Role.REVIEWER) and not limited.may_for_all_funds(Role.REVIEWER)
