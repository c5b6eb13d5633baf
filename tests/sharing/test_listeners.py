"""What other apps tell this one arrives: each act of theirs has its effect, and none without its listener."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.dispatch import Signal
from django.utils import timezone

from ingestion.review.signals import settled
from ingestion.schedule import tasks as schedule
from ingestion.schedule.signals import reminded
from ingestion.web import tasks
from ingestion.web.models import Submission
from ingestion.web.services import withdraw
from ingestion.web.signals import counted_again, swept, withdrawn
from portal.accounts.actor import Actor
from portal.accounts.errors import OnboardingFailed
from portal.accounts.signals import onboarded, onboarding
from portal.notices.models import Announcement
from sharing import listeners, services
from sharing.models import Copy, Grant, GrantExpectation, Invitation
from sharing.states import CopyState, InvitationState, State
from tests.ingestion.web.runs import CARD
from tests.sharing.conftest import TERMS, delivery
from tests.sharing.test_expected import awaited
from tests.sharing.test_inviting import WHOM, deployed, onboard  # noqa: F401
from tests.sharing.test_owing import checked_again

SIGNALS: dict[str, Signal] = {
    "settled": settled, "counted_again": counted_again, "withdrawn": withdrawn, "reminded": reminded,
    "grants_expire": swept, "invitations_expire": swept, "letters_go": swept, "onboarding": onboarding,
    "onboarded": onboarded,
}  # fmt: skip
"""Where each listener hears of it."""


@dataclass
class Cast:
    """Who acts, and the grant that stands open between them."""

    owner: Actor
    admin: Actor
    recipient: Actor
    grant: Grant


@pytest.fixture
def cast(
    owner: Actor, admin: Actor, recipient: Actor, accepted: Grant, deployed: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Cast:  # fmt: skip
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)
    return Cast(owner, admin, recipient, accepted)


def a_verdict(cast: Cast) -> bool:
    return Copy.objects.filter(submission=delivery(cast.owner), state=CopyState.OWED).exists()


def a_newer_one_that_is_of_another_date_now(cast: Cast) -> bool:
    earlier, newer = delivery(cast.owner), delivery(cast.owner)
    Copy.objects.all().delete()
    checked_again(newer, card=CARD | {"valuation_date": "2026-01-31"})
    return Copy.objects.filter(submission=earlier, state=CopyState.OWED).exists()


def _handed_on(cast: Cast) -> Submission:
    came = delivery(cast.owner)
    services.owe(came)
    assert services.delivered([copy.pk for copy in services.owed(came)], attempt=1, actor=None) == []
    return came


def a_withdrawal(cast: Cast) -> bool:
    withdraw(cast.owner, _handed_on(cast), reason="Wrong file.")
    return Copy.objects.get().state == CopyState.ENDING


def a_quarter_of_an_hour(cast: Cast) -> bool:
    delivery(cast.owner)
    awaited(cast.recipient, cast.grant, frequency="weekly", day=5, business_days=1)
    before = timezone.now() - timedelta(days=60)
    GrantExpectation.objects.update(set_at=before)
    Copy.objects.update(owed_at=before)
    schedule.remind()
    told = set(Announcement.objects.values_list("event", flat=True))
    late, waits = any(event.startswith("delivery.") for event in told), "grant.waiting" in told
    assert late == waits, "both or neither"
    return late


def _a_minute() -> None:
    assert tasks._told_others()


def _yesterday(rows: Any) -> None:
    rows.update(ends_on=timezone.now().date() - timedelta(days=1))


def the_last_day_of_a_grant(cast: Cast) -> bool:
    _yesterday(Grant.objects.all())
    _a_minute()
    return Grant.objects.get().state == State.EXPIRED


def _invited(cast: Cast) -> Invitation:
    return services.invite(actor=cast.admin, terms=TERMS, **WHOM)


def the_last_day_of_an_invitation(cast: Cast) -> bool:
    _invited(cast)
    _yesterday(Invitation.objects.all())
    _a_minute()
    return Invitation.objects.get().state == InvitationState.EXPIRED


def a_letter_that_is_due(cast: Cast) -> bool:
    _invited(cast)
    _a_minute()
    return len(mail.outbox) == 1


def an_institution_that_follows_an_invitation_that_is_over(cast: Cast) -> bool:
    invitation = _invited(cast)
    services.withdraw_invitation(actor=cast.admin, invitation_id=invitation.pk)
    try:
        onboard(invitation.pk)
    except OnboardingFailed:
        return True
    return False


def an_institution_that_follows_one(cast: Cast) -> bool:
    dunes = onboard(_invited(cast).pk)
    return Grant.objects.filter(recipient=dunes, state=State.DRAFT).exists()


ACTS: dict[str, Callable[[Cast], bool]] = {
    "settled": a_verdict,
    "counted_again": a_newer_one_that_is_of_another_date_now,
    "withdrawn": a_withdrawal,
    "reminded": a_quarter_of_an_hour,
    "grants_expire": the_last_day_of_a_grant,
    "invitations_expire": the_last_day_of_an_invitation,
    "letters_go": a_letter_that_is_due,
    "onboarding": an_institution_that_follows_an_invitation_that_is_over,
    "onboarded": an_institution_that_follows_one,
}
"""By the act of the app that tells of it; whether it came to its effect here."""


@pytest.mark.parametrize("listener", ACTS)
def test_what_another_app_tells_has_its_effect(listener: str, cast: Cast) -> None:
    assert ACTS[listener](cast)


@pytest.mark.parametrize("listener", ACTS)
def test_and_has_none_where_the_listener_is_gone(listener: str, cast: Cast) -> None:
    """Else the test above would not see that one is missing."""
    signal, heard = SIGNALS[listener], getattr(listeners, listener)
    assert signal.disconnect(dispatch_uid=f"sharing.{listener}"), "it was connected under this name"
    try:
        assert not ACTS[listener](cast)
    finally:
        signal.connect(heard, dispatch_uid=f"sharing.{listener}")


def test_every_listener_is_tried() -> None:
    own = inspect.getmembers(listeners, inspect.isfunction)
    assert {name for name, each in own if each.__module__ == listeners.__name__} == set(ACTS) == set(SIGNALS)


def test_one_grant_that_cannot_be_ended_keeps_no_other_open(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wider = services.draft(
        actor=cast.admin, recipient_id=cast.grant.recipient_id, terms=replace(TERMS, funds=())
    )
    services.offer(actor=cast.admin, grant_id=wider.pk)
    _yesterday(Grant.objects.all())
    end, broken = services.grants.end_copies, {cast.grant.pk}

    def breaks(grant: Grant) -> None:
        if grant.pk in broken:
            raise ValueError("a name of a fund")
        end(grant)

    monkeypatch.setattr("sharing.services.grants.end_copies", breaks)
    assert services.expire_what_is_due() == 1 and Grant.objects.get(pk=wider.pk).state == State.EXPIRED
    broken.clear()
    assert services.expire_what_is_due() == 1 and Grant.objects.get(pk=cast.grant.pk).state == State.EXPIRED
    assert "a name of a fund" not in caplog.text and "ValueError" in caplog.text
