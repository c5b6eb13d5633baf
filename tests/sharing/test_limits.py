"""Which grants, and what under them, is seen by who is limited to the funds of a legal entity."""

import pytest

from ingestion.web.services import withdraw
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from sharing import services
from sharing.expected import expected_for
from sharing.models import Grant
from sharing.selectors import get_grant, grants_given, grants_received, received_for
from tests.fixtures.cast import actor
from tests.fixtures.limits import limited
from tests.ingestion.web.test_limits import HOUSE, ONE, OTHER, PARTNER, behind
from tests.sharing.conftest import delivery
from tests.sharing.test_expected import awaited


@pytest.fixture
def reader(recipient: Actor) -> Actor:
    """A reviewer of the recipient who is limited to the one entity."""
    assert recipient.institution is not None
    return limited(actor(recipient.institution, "rob", Role.REVIEWER), entities=[HOUSE])


def test_the_recipient_sees_a_grant_of_its_funds_once_one_was_handed_on_as_the_entity_s(
    owner: Actor, accepted: Grant, recipient: Actor, reader: Actor
) -> None:
    (expectation,) = awaited(recipient, accepted)
    owed = [copy.pk for copy in services.owed(delivery(owner, card=behind((ONE, (HOUSE,)))))]
    assert list(grants_received(reader)) == list(expected_for(reader)) == list(received_for(reader)) == []
    with pytest.raises(NotFound):
        get_grant(reader, accepted.pk)
    services.delivered(owed, attempt=1, actor=None)
    assert get_grant(reader, accepted.pk) == accepted
    assert list(expected_for(reader)) == [expectation]
    assert [copy.pk for copy in received_for(reader)] == owed
    another = limited(reader, entities=[PARTNER])
    assert list(grants_received(another)) == list(expected_for(another)) == list(received_for(another)) == []


def handed_on(owner: Actor, date: str, entity: str) -> int:
    """The key of a copy of a delivery that names this entity behind the fund."""
    card = behind((ONE, (entity,))) | {"valuation_date": date}
    (copy,) = services.owed(delivery(owner, card=card))
    services.delivered([copy.pk], attempt=1, actor=None)
    return copy.pk


def test_the_recipient_sees_no_grant_of_a_fund_that_is_another_entity_s_as_well(
    owner: Actor, accepted: Grant, recipient: Actor, reader: Actor
) -> None:
    awaited(recipient, accepted)
    first = handed_on(owner, "2026-02-27", HOUSE)
    assert list(grants_received(reader)) == [accepted]
    handed_on(owner, "2026-03-31", PARTNER)
    assert list(grants_received(reader)) == list(expected_for(reader)) == []
    assert [copy.pk for copy in received_for(reader)] == [first], "a file is judged by itself"
    assert list(grants_received(limited(reader, entities=[HOUSE, PARTNER]))) == [accepted]


def test_what_another_institution_hands_on_and_the_own_deliveries_must_agree(
    owner: Actor, accepted: Grant, recipient: Actor, reader: Actor
) -> None:
    handed_on(owner, "2026-02-27", HOUSE)
    own = delivery(recipient, card=behind((ONE, (PARTNER,))))
    assert list(grants_received(reader)) == []
    withdraw(recipient, own, reason="Wrong file.")
    assert list(grants_received(reader)) == [accepted]


def test_the_owner_s_member_sees_it_by_what_colleagues_delivered(
    owner: Actor, accepted: Grant, viewer: Actor
) -> None:
    delivery(owner, card=behind((ONE, (HOUSE,)), (OTHER, (PARTNER,))))
    assert list(grants_given(limited(viewer, entities=[HOUSE]))) == [accepted]
    assert list(grants_given(limited(viewer, entities=[PARTNER]))) == []
    assert list(grants_given(limited(owner, entities=[HOUSE]))) == [], "by their own file nobody sees more"


def test_a_limited_reviewer_awaits_what_is_of_the_entity_alone(
    owner: Actor, accepted: Grant, reader: Actor
) -> None:
    owed = services.owed(delivery(owner, card=behind((ONE, (HOUSE,)))))
    services.delivered([copy.pk for copy in owed], attempt=1, actor=None)
    with pytest.raises(OnlySomeFunds):
        awaited(reader, accepted, OTHER)
    assert len(awaited(reader, accepted, ONE)) == 1
