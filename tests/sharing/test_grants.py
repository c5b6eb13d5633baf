"""A grant from draft to end: who may do what, what the owner's bucket says, what each side's trail holds."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from sharing import services
from sharing.errors import NotAGrantYet, NotPossibleNow, SecondAdminNeeded
from sharing.models import Grant, Profile
from sharing.selectors import get_grant, grants_given, grants_received
from sharing.states import ALLOWED_TRANSITIONS, State
from tests.fixtures.cast import actor
from tests.sharing.conftest import TERMS


def document(bucket: Any, grant: Grant) -> dict[str, Any]:
    return json.loads(bucket.now(f"control/grants/{grant.id}.json"))


def test_an_offered_grant_lies_in_the_owner_s_bucket_as_the_row_says(offered: Grant, bucket: Any) -> None:
    found = document(bucket, offered)
    assert (found["owner"], found["recipient"]) == ("alpine-am", "borealis")
    assert found["open"] is True and found["funds"] == ["LU0000000001"]
    assert bucket.versions[-1][2] == offered.object_version


def test_a_draft_is_seen_by_its_owner_only_and_an_offer_by_both(
    admin: Actor, recipient: Actor, third: Actor, bucket: Any
) -> None:
    drafted = services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=TERMS)
    assert get_grant(admin, drafted.pk) and list(grants_given(admin)) == [drafted]
    assert not grants_received(recipient)
    with pytest.raises(NotFound):
        get_grant(recipient, drafted.pk)
    services.offer(actor=admin, grant_id=drafted.pk)
    assert list(grants_received(recipient)) == [drafted]
    assert not grants_given(third) and not grants_received(third)
    with pytest.raises(NotFound):
        get_grant(third, drafted.pk)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.UPLOADER, Role.REVIEWER])
def test_only_admins_of_either_side_act(
    role: Role, offered: Grant, admin: Actor, recipient: Actor, bucket: Any
) -> None:
    for side, act in [
        (admin, lambda who: services.revoke(actor=who, grant_id=offered.pk, reason="")),
        (recipient, lambda who: services.accept(actor=who, grant_id=offered.pk)),
    ]:
        with pytest.raises(NotAllowed):
            act(actor(side.institution, f"{role}-{side.institution.code}", role))
    assert Grant.objects.get().state == State.OFFERED


def test_neither_side_acts_for_the_other(offered: Grant, admin: Actor, recipient: Actor) -> None:
    with pytest.raises(NotPossibleNow):
        services.accept(actor=admin, grant_id=offered.pk)
    with pytest.raises(NotPossibleNow):
        services.revoke(actor=recipient, grant_id=offered.pk, reason="")
    assert services.accept(actor=recipient, grant_id=offered.pk).state == State.ACTIVE


def test_a_third_institution_can_do_nothing_with_it(offered: Grant, third: Actor) -> None:
    for act in (services.accept, services.offer, services.resume, services.discard):
        with pytest.raises(NotFound):
            act(actor=third, grant_id=offered.pk)


def test_where_two_admins_are_wanted_the_author_cannot_offer(
    admin: Actor, second: Actor, recipient: Actor, bucket: Any
) -> None:
    Profile.objects.create(institution=admin.institution, needs_second=True)
    drafted = services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=TERMS)
    with pytest.raises(SecondAdminNeeded):
        services.offer(actor=admin, grant_id=drafted.pk)
    assert not bucket.versions
    services.redraft(actor=second, grant_id=drafted.pk, terms=replace(TERMS, purpose="Another."))
    with pytest.raises(SecondAdminNeeded):
        services.offer(actor=second, grant_id=drafted.pk)
    assert services.offer(actor=admin, grant_id=drafted.pk).confirmed_by == admin.user


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contents", ()),
        ("contents", ("everything",)),
        ("templates", ("XYZ",)),
        ("condition", "sometimes"),
        ("purpose", "  "),
        ("purpose", "x" * 501),
        ("ends_on", timezone.now().date() - timedelta(days=1)),
        ("funds", ("x" * 256,)),
    ],
)
def test_terms_that_cannot_be_meant_are_named_by_field(
    field: str, value: Any, admin: Actor, recipient: Actor
) -> None:
    with pytest.raises(NotAGrantYet) as refused:
        services.draft(
            actor=admin, recipient_id=recipient.institution.pk, terms=replace(TERMS, **{field: value})
        )
    assert [problem["place"] for problem in refused.value.problems] == [field]
    assert not Grant.objects.exists()


def test_whom_the_directory_does_not_list_cannot_be_addressed(admin: Actor, third: Actor) -> None:
    with pytest.raises(NotFound):
        services.draft(actor=admin, recipient_id=third.institution.pk, terms=TERMS)
    with pytest.raises(NotFound):
        services.draft(actor=admin, recipient_id=admin.institution.pk, terms=TERMS)


@pytest.mark.parametrize("state", State.values)
def test_each_act_follows_the_one_table(
    state: str, offered: Grant, admin: Actor, recipient: Actor, bucket: Any
) -> None:
    acts = {
        State.OFFERED: lambda: services.offer(actor=admin, grant_id=offered.pk),
        State.DISCARDED: lambda: services.discard(actor=admin, grant_id=offered.pk),
        State.DECLINED: lambda: services.decline(actor=recipient, grant_id=offered.pk, reason="No need."),
        State.REVOKED: lambda: services.revoke(actor=admin, grant_id=offered.pk, reason="Over."),
        State.SUSPENDED: lambda: services.suspend(actor=admin, grant_id=offered.pk, reason="Look first."),
    }
    for to, act in acts.items():
        Grant.objects.update(state=state)
        if to in ALLOWED_TRANSITIONS[State(state)]:
            assert act().state == to
        else:
            with pytest.raises((NotPossibleNow, NotFound)):
                act()
            assert Grant.objects.get().state == state


def test_suspending_closes_the_document_and_resuming_opens_it(
    accepted: Grant, admin: Actor, bucket: Any
) -> None:
    services.suspend(actor=admin, grant_id=accepted.pk, reason="Look first.")
    assert document(bucket, accepted)["open"] is False
    resumed = services.resume(actor=admin, grant_id=accepted.pk)
    assert document(bucket, accepted)["open"] is True and resumed.state == State.ACTIVE


def test_a_grant_ends_with_its_last_day_and_nobody_signed_in(accepted: Grant) -> None:
    today = timezone.now().date()
    Grant.objects.update(ends_on=today)
    assert services.expire_what_is_due() == 0
    Grant.objects.update(ends_on=today - timedelta(days=1))
    assert services.expire_what_is_due() == 1
    assert services.expire_what_is_due() == 0
    assert Grant.objects.get().state == State.EXPIRED


def test_each_act_is_in_both_trails_and_names_only_one_s_own_people(
    offered: Grant, recipient: Actor, admin: Actor, bucket: Any
) -> None:
    services.accept(actor=recipient, grant_id=offered.pk)
    for side, other, tag in [
        (admin, recipient, "portal:grant:accepted"),
        (recipient, admin, "portal:grant:offered"),
    ]:
        of_other = AuditRecord.objects.get(institution_id=side.institution.pk, tag=tag)
        assert of_other.actor_id is None and of_other.subject_id == str(offered.pk)
        own = AuditRecord.objects.get(institution_id=other.institution.pk, tag=tag)
        assert own.actor_id == other.user.pk
