"""Who is limited to some funds hears of nothing else: neither in the portal nor by e-mail."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.core.checks.registry import registry
from django.utils import timezone

from ingestion.review.services import accept
from ingestion.schedule.services import remind
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.notices import limits, selectors, services
from portal.notices.events import Event, Mail, Reach
from portal.notices.models import Announcement, Notice, Preference
from portal.notices.services.mailing import mail_due
from sharing.models import Grant, GrantExpectation
from sharing.states import State
from tests.fixtures.limits import limited
from tests.ingestion.review.conftest import asked, checked
from tests.ingestion.schedule.conftest import expected
from tests.ingestion.web.test_limits import ONE, OTHER, card

pytestmark = pytest.mark.django_db
WARNS = ("warning", "TPT-W", 3)


def spread_all() -> None:
    for announcement in Announcement.objects.filter(spread_at=None):
        services.spread(announcement.pk)


def told(actor: Actor) -> list[tuple[str, object]]:
    """What the person's list shows: the event and its subject."""
    found = selectors.notices_for(actor).order_by("id")
    return [(one.announcement.event, one.announcement.subject_id) for one in found]


def wants_everything(actor: Actor, event: Event) -> None:
    Preference.objects.create(user=actor.user, event=event, reach=Reach.ALL, mail=Mail.NOW)


def test_an_event_of_which_nobody_says_who_hears_of_it_who_is_limited_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert limits.unsaid in registry.registered_checks
    assert limits.unsaid() == []
    monkeypatch.setattr(limits, "NOT_TOLD", limits.NOT_TOLD - {Event.HOLD_RELEASE_ASKED})
    (found,) = limits.unsaid()
    assert found.is_serious() and Event.HOLD_RELEASE_ASKED in found.msg


def test_of_two_files_the_one_in_the_limit_is_told(owner: Actor, viewer: Actor, reviewer: Actor) -> None:
    for actor in (viewer, reviewer):
        wants_everything(actor, Event.SUBMISSION_COMPLETED)
    some = limited(viewer, ONE)
    inside, outside = checked(owner, card=card(ONE)), checked(owner, card=card(OTHER))
    spread_all()
    completed = Event.SUBMISSION_COMPLETED.value
    assert told(some) == [(completed, inside.id)]
    assert told(reviewer) == [(completed, inside.id), (completed, outside.id)]
    assert Notice.objects.filter(user=viewer.user).count() == 1, (
        "there is no row that a later limit would open"
    )


def test_a_later_limit_hides_what_was_told_and_keeps_its_e_mail_back(
    owner: Actor, viewer: Actor, people: None
) -> None:
    wants_everything(viewer, Event.SUBMISSION_COMPLETED)
    inside, outside = checked(owner, card=card(ONE)), checked(owner, card=card(OTHER))
    spread_all()
    assert len(told(viewer)) == 2
    some = limited(viewer, ONE)
    assert [subject for _, subject in told(some)] == [inside.id]
    assert selectors.unread_count(some) == 1
    assert mail_due() == 1
    assert str(inside.id) in mail.outbox[0].body and str(outside.id) not in mail.outbox[0].body
    assert mail_due() == 0, "it is not tried again"


def test_releases_deliveries_and_grants_are_told_by_their_funds(
    owner: Actor, reviewer: Actor, second: Actor, admin: Actor, outsider: Actor
) -> None:
    for event in (Event.RELEASE_ASKED, Event.DELIVERY_MISSING, Event.GRANT_FIRST_DELIVERY):
        wants_everything(reviewer, event)
    found: dict[str, list[object]] = {ONE: [], OTHER: []}
    for fund, subjects in found.items():
        made: Submission = checked(owner, ("error", "TPT-E", 2), card=card(fund))
        subjects.append(accept(actor=second, submission=made, asked=asked("TPT-E", 2)).pk)
        subjects.append(expected(owner, fund=fund, starts=date(2026, 1, 1)).pk)
        grant = Grant.objects.create(
            owner=outsider.institution, recipient=owner.institution, state=State.ACTIVE, funds=[fund],
            state_since=timezone.now(), contents=["summary"], condition="checked", purpose="Known.",
            drafted_by=outsider.user, drafted_at=timezone.now(),
        )  # fmt: skip
        subjects.append(grant.pk)
        awaited = GrantExpectation.objects.create(
            grant=grant, fund=fund, template="TPT", frequency="monthly", starts=date(2026, 1, 1),
            set_by=owner.user, set_at=datetime(2025, 12, 1, tzinfo=UTC),
        )  # fmt: skip
        subjects.append(awaited.pk)
        services.announce(
            Event.DELIVERY_MISSING, institution_id=owner.institution.pk, subject_id=awaited.pk, about={}
        )
        services.announce(
            Event.GRANT_FIRST_DELIVERY, institution_id=owner.institution.pk, subject_id=grant.pk, about={}
        )
    remind(datetime(2026, 2, 20, 12, tzinfo=UTC))
    some = limited(reviewer, ONE)
    spread_all()
    heard = {subject for event, subject in told(some) if event != Event.SUBMISSION_COMPLETED}
    assert heard == set(found[ONE])
    Notice.objects.all().delete()
    Announcement.objects.update(spread_at=None)
    everything = limited(reviewer, ONE, OTHER)
    spread_all()
    heard = {subject for event, subject in told(everything) if event != Event.SUBMISSION_COMPLETED}
    assert heard == {*found[ONE], *found[OTHER]}
