"""A grant ends: the administrators of both sides are told once, whoever or whatever ended it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.notices.events import Event
from portal.notices.models import Announcement
from portal.notices.paths import path_of
from portal.notices.selectors import notices_for
from portal.notices.services import spread
from sharing import services
from sharing.errors import NotPossibleNow
from sharing.models import Grant
from tests.fixtures.cast import actor


def revoked(grant: Grant, by: Actor) -> None:
    services.revoke(actor=by, grant_id=grant.pk, reason="Over.")


def revoked_twice(grant: Grant, by: Actor) -> None:
    revoked(grant, by)
    with pytest.raises(NotPossibleNow):
        revoked(grant, by)


def expired(grant: Grant, by: Actor) -> None:
    Grant.objects.update(ends_on=timezone.now().date() - timedelta(days=1))
    assert services.expire_what_is_due() == 1 and services.expire_what_is_due() == 0


def told(*whom: Actor) -> list[str]:
    """Who of these reads that this grant has ended, each as often as it stands there."""
    return [
        one.user.name
        for who in whom
        for one in notices_for(who)
        if one.announcement.event == Event.GRANT_ENDED
    ]


@pytest.mark.parametrize(
    ("end", "acts"),
    [(revoked, True), (revoked_twice, True), (expired, False)],
    ids=["revoked", "revoked twice", "expired"],
)
@pytest.mark.parametrize("state", ["offered", "accepted"])
def test_administrators_of_both_sides_are_told_once_and_nobody_else(
    end: Callable[[Grant, Actor], None],
    acts: bool,
    state: str,
    offered: Grant,
    admin: Actor,
    second: Actor,
    recipient: Actor,
    third: Actor,
) -> None:
    if state == "accepted":
        services.accept(actor=recipient, grant_id=offered.pk)
    assert recipient.institution is not None
    everybody = (admin, second, recipient, third, actor(recipient.institution, "vic", Role.VIEWER))
    assert told(*everybody) == []
    end(offered, admin)
    ended = Announcement.objects.filter(event=Event.GRANT_ENDED)
    assert {one.about["side"]: one.institution for one in ended} == {
        "owner": admin.institution, "recipient": recipient.institution
    }  # fmt: skip
    for one in ended:
        assert spread(one.pk) and not spread(one.pk)
        assert path_of(one.event, one.subject_id, one.about) == reverse("grant", args=[offered.pk])
    assert told(*everybody) == ([] if acts else ["ada"]) + ["sam", "bea"], "who did it knows"
