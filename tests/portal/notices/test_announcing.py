"""What is announced, to whom, and that nothing of a file's content can be."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from ingestion.web.services import apply_event
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership
from portal.accounts.roles import Role
from portal.notices import services
from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.models import Announcement, Notice
from portal.notices.texts import text_of
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD, Run

pytestmark = pytest.mark.django_db


def announced(institution: Institution, event: Event = Event.SUBMISSION_COMPLETED, **given: Any) -> int:
    """Announces something and spreads it; the row's id."""
    services.announce(
        event, **({"institution_id": institution.id, "subject_id": uuid4(), "about": {}} | given)
    )
    row = Announcement.objects.latest("id")
    services.spread(row.pk)
    return row.pk


def told() -> set[str]:
    return set(Notice.objects.values_list("user__subject", flat=True))


def test_who_uploaded_is_told_and_who_did_not_is_not(people: None, alpine: Institution, owner: Actor) -> None:
    announced(alpine, concerns=[owner.user.id])
    assert told() == {"owner"}


def test_whoever_wants_everything_of_an_event_is_told_within_the_institution_only(
    people: None, alpine: Institution, owner: Actor, viewer: Actor, outsider: Actor
) -> None:
    for person in (viewer, outsider):
        services.save_preferences(actor=person, chosen={Event.SUBMISSION_COMPLETED: (Reach.ALL, Mail.OFF)})
    announced(alpine, concerns=[owner.user.id, outsider.user.id])
    assert told() == {"owner", "viewer"}


def test_who_wants_nothing_is_told_nothing(people: None, alpine: Institution, owner: Actor) -> None:
    services.save_preferences(actor=owner, chosen={Event.SUBMISSION_COMPLETED: (Reach.NONE, Mail.NOW)})
    announced(alpine, concerns=[owner.user.id])
    assert told() == set()


def test_who_caused_it_is_not_told(people: None, alpine: Institution, reviewer: Actor) -> None:
    announced(alpine, Event.RELEASE_ASKED, actor_id=reviewer.user.id)
    assert told() == {"admin"}


@pytest.mark.parametrize("event", MANNERS)
def test_only_members_in_a_fitting_role_are_told_of_what_is_for_everybody(
    people: None, alpine: Institution, event: Event
) -> None:
    announced(alpine, event)
    roles = Membership.objects.filter(institution=alpine).values_list("user__subject", "role")
    manner = MANNERS[event]
    wanted = {name for name, role in roles if Role(role).includes(manner.least)}
    assert told() == (wanted if manner.reach == Reach.ALL else set())


def test_whoever_left_is_not_told(people: None, alpine: Institution, owner: Actor, viewer: Actor) -> None:
    owner.user.is_active = False
    owner.user.save()
    Membership.objects.filter(user=viewer.user).delete()
    announced(alpine, concerns=[owner.user.id, viewer.user.id])
    assert told() == set()


def test_spreading_twice_tells_once(people: None, alpine: Institution, owner: Actor) -> None:
    row = announced(alpine, concerns=[owner.user.id])
    assert not services.spread(row)
    assert Notice.objects.count() == 1


def test_the_same_key_is_announced_once_and_another_one_again(alpine: Institution) -> None:
    for key in ("a 2026-01", "a 2026-01", "a 2026-02"):
        announced(alpine, Event.DELIVERY_LATE, key=key)
    assert Announcement.objects.count() == 2


@pytest.mark.parametrize(
    "about",
    [
        {"number": "No. 7 of Growth Fund"},
        {"code": "Société"},
        {"rule": "x" * 81},
        {"fund": "LU0000000001"},
        {"count": 1.5},
        {"verdict": ["failed"]},
    ],
)
def test_what_is_no_number_code_or_id_stops_the_act(alpine: Institution, about: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not say"), transaction.atomic():
        announced(alpine, about=about)
    assert not Announcement.objects.exists()


def test_an_act_that_is_rolled_back_tells_nobody(alpine: Institution) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        announced(alpine, about={"number": 1})
        raise RuntimeError
    assert not Announcement.objects.exists()


def test_the_sweep_spreads_what_no_message_did_and_leaves_what_is_new(
    people: None, alpine: Institution, owner: Actor
) -> None:
    for age in (0, 60):
        services.announce(
            Event.SUBMISSION_COMPLETED,
            institution_id=alpine.id,
            subject_id=uuid4(),
            about={"number": age},
            concerns=[owner.user.id],
        )
        then = timezone.now() - timedelta(seconds=age)
        Announcement.objects.filter(about={"number": age}).update(created_at=then)
    services.catch_up()
    assert [notice.announcement.about for notice in Notice.objects.all()] == [{"number": 60}]


def test_what_is_old_is_forgotten_and_what_is_not_stays(people: None, alpine: Institution) -> None:
    old, recent = announced(alpine, Event.RELEASE_ASKED), announced(alpine, Event.RELEASE_ASKED)
    Announcement.objects.filter(pk=old).update(spread_at=timezone.now() - timedelta(days=181))
    services.catch_up()
    assert list(Announcement.objects.values_list("pk", flat=True)) == [recent]
    assert Notice.objects.count() == 2  # to reviewer and admin


@pytest.mark.parametrize(
    ("run", "event"),
    [
        (Run(), Event.SUBMISSION_COMPLETED),
        (Run(unreadable="TEMPLATE_UNKNOWN"), Event.SUBMISSION_COMPLETED),
        (Run(error="INTERNAL", stage="parse"), Event.SUBMISSION_FAILED),
        (Run(error="TOKEN_EXPIRED", stage="parse"), Event.SUBMISSION_NEEDS_SIGN_IN),
    ],
)
def test_every_end_of_a_run_is_announced_once_without_its_funds(owner: Actor, run: Run, event: Event) -> None:
    made = submission(owner)
    for one in [*run.events(made), *run.events(made)]:
        apply_event(one)
    row = Announcement.objects.get()
    assert (row.event, row.subject_id, row.about["number"]) == (event, made.id, made.number)
    assert row.concerns == [str(owner.user.id)]
    assert CARD["portfolios"][0]["id"] not in str(Announcement.objects.values())


@pytest.mark.parametrize(("code", "events"), [("FILE_EMPTY", 1), ("DUPLICATE", 0)])
def test_a_refusal_is_announced_unless_the_file_was_there_already(
    owner: Actor, code: str, events: int
) -> None:
    made = submission(owner, State.RECEIVING)
    with transaction.atomic():
        assert change(locked(made.id), State.REFUSED, code=code)
    assert Announcement.objects.filter(event=Event.SUBMISSION_REFUSED).count() == events


@pytest.mark.parametrize("event", Event)
def test_every_event_has_words_whatever_it_tells(event: Event) -> None:
    for about in (
        {},
        {"number": 3, "verdict": "failed", "error_count": 1, "decision": "refused", "due": "x"},
    ):
        text = text_of(event, about)
        assert text.title and text.sentence.endswith(".")
