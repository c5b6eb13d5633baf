"""What an institution's people are told of as long as they choose nothing themselves."""

import pytest

from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed
from portal.notices import selectors, services
from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.manners import as_it_comes, manners_of
from portal.notices.models import Announcement, EventDefault, Notice, Preference
from portal.notices.selectors import Wish
from tests.ingestion.review.conftest import checked

pytestmark = pytest.mark.django_db
DONE = Event.SUBMISSION_COMPLETED
EVERYTHING = {DONE: (Reach.ALL, Mail.NOW)}


def wish(actor: Actor) -> Wish:
    return next(one for one in selectors.wishes_of(actor) if one.event == DONE)


def hearers(owner: Actor) -> dict[str, bool]:
    """Who hears of a file that was checked, and whether by e-mail."""
    checked(owner)
    for one in Announcement.objects.filter(spread_at=None):
        services.spread(one.pk)
    last = Announcement.objects.filter(event=DONE).latest("id")
    return {
        notice.user.name: bool(notice.email_due_at) for notice in Notice.objects.filter(announcement=last)
    }


def test_everybody_follows_the_institution_who_chose_nothing(
    owner: Actor, viewer: Actor, reviewer: Actor, admin: Actor, outsider: Actor, people: None
) -> None:
    assert hearers(owner) == {"owner": False}, "as it comes, only whom it concerns"
    services.save_preferences(actor=reviewer, chosen={DONE: (Reach.NONE, Mail.OFF)})
    services.save_defaults(actor=admin, chosen=EVERYTHING)
    assert hearers(owner) == {"owner": True, "viewer": True, "admin": True}
    assert wish(viewer) == Wish(DONE, Reach.ALL, Mail.NOW)
    assert wish(reviewer) == Wish(DONE, Reach.NONE, Mail.OFF), "their own choice stands"
    assert wish(outsider) == Wish(DONE, *as_it_comes(DONE)), "another institution's people do not follow"


def test_a_choice_against_the_institution_is_kept_also_if_it_is_as_the_event_comes(
    viewer: Actor, admin: Actor
) -> None:
    services.save_defaults(actor=admin, chosen=EVERYTHING)
    services.save_preferences(actor=viewer, chosen={DONE: as_it_comes(DONE)})
    assert wish(viewer) == Wish(DONE, *as_it_comes(DONE))
    services.save_preferences(actor=viewer, chosen=EVERYTHING)
    assert not Preference.objects.exists(), "who wants what all have follows them from then on"


def test_what_is_as_it_comes_needs_no_row_and_each_save_is_recorded(admin: Actor) -> None:
    services.save_defaults(actor=admin, chosen=EVERYTHING)
    assert EventDefault.objects.count() == 1
    services.save_defaults(actor=admin, chosen={event: as_it_comes(event) for event in MANNERS})
    assert not EventDefault.objects.exists()
    found = AuditRecord.objects.filter(tag="portal:notices:defaults-saved").order_by("id")
    assert found[0].detail == {DONE.value: "all now"} and found.count() == 2


def test_nobody_chooses_for_others_what_everybody_has_to_hear_of(admin: Actor, viewer: Actor) -> None:
    always = {event for event, manner in MANNERS.items() if manner.always}
    assert always
    assert {one.event for one in selectors.defaults_for(admin)} == set(MANNERS) - always
    services.save_defaults(actor=admin, chosen=dict.fromkeys(MANNERS, (Reach.NONE, Mail.OFF)))
    told = manners_of(admin.institution.pk)
    assert {event for event in MANNERS if told[event] != (Reach.NONE, Mail.OFF)} == always


def test_only_administrators_choose_for_others(reviewer: Actor) -> None:
    with pytest.raises(NotAllowed):
        services.save_defaults(actor=reviewer, chosen=EVERYTHING)
    with pytest.raises(NotAllowed):
        selectors.defaults_for(reviewer)
    assert not EventDefault.objects.exists()
