"""An institution leaves: its grants end in both directions, nobody acts for it, its partners are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ingestion.web.models import Submission
from portal.accounts import directory, onboarding
from portal.accounts.actor import Actor
from portal.accounts.errors import OnboardingFailed
from portal.accounts.models import Institution, Membership, SealedTokens
from portal.accounts.roles import Role
from portal.accounts.selectors import actor_for
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.custody import services
from portal.custody.errors import DepartureFailed
from portal.custody.models import Departure, Hold, Lock, Part, TakeOut
from portal.notices.events import Event
from portal.notices.models import Announcement, Endpoint
from sharing import selectors
from sharing import services as sharing
from sharing.models import AccessRequest, Copy, Grant, Profile
from sharing.states import CopyState, RequestState, State
from tests.fixtures.cast import NoToken, actor
from tests.ingestion.web.decisions import bucket  # noqa: F401
from tests.portal.custody.subjects import hold_of
from tests.portal.notices import subjects as notices
from tests.sharing.conftest import (  # noqa: F401
    TERMS,
    accepted,
    admin,
    cedar,
    delivery,
    offered,
    recipient,
    third,
)

pytestmark = pytest.mark.django_db
REASON = "It has joined another group."


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The accounts that were closed at the user pool, each with its group."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(directory, "close_account", lambda *, subject, group: found.append((subject, group)))
    return found


@pytest.fixture
def handed_on(accepted: Grant, admin: Actor) -> Copy:  # noqa: F811
    """A delivery that the recipient has."""
    sent = delivery(admin, delivery_key="a" * 64)
    sharing.owe(sent)
    Copy.objects.filter(submission=sent).update(state=CopyState.DONE, done_at=timezone.now())
    return Copy.objects.get(submission=sent)


def leave(institution: Institution) -> services.Farewell:
    return services.offboard(code=institution.code, reason=REASON, without_take_out=True)


def told(institution: Institution, event: Event) -> int:
    return Announcement.objects.filter(institution=institution, event=event).count()


def test_its_grants_end_and_their_copies_are_to_be_deleted(
    handed_on: Copy,
    alpine: Institution,
    recipient: Actor,  # noqa: F811
) -> None:
    done = leave(alpine)
    handed_on.refresh_from_db()
    grant = Grant.objects.get()
    assert (done.grants, grant.state, handed_on.state) == (1, State.REVOKED, CopyState.ENDING)
    assert not selectors.received_for(recipient).exists()
    assert told(recipient.require(Role.VIEWER), Event.GRANT_ENDED) == 1
    last = grant.transitions.last()
    assert last is not None and (last.reason, last.actor) == (REASON, None)


def test_what_others_handed_to_it_ends_too(
    handed_on: Copy,
    recipient: Actor,  # noqa: F811
    alpine: Institution,
) -> None:
    assert leave(recipient.require(Role.VIEWER)).grants == 1
    assert Copy.objects.get().state == CopyState.ENDING
    assert told(alpine, Event.GRANT_ENDED) == 1


def test_drafts_and_requests_are_set_aside_and_nothing_can_be_granted_to_it(
    admin: Actor,  # noqa: F811
    recipient: Actor,  # noqa: F811
    alpine: Institution,
) -> None:
    left = recipient.require(Role.ADMIN)
    Profile.objects.create(institution=alpine, listed=True)
    draft = sharing.draft(actor=admin, recipient_id=left.pk, terms=TERMS)
    sharing.ask_for_access(actor=recipient, code=alpine.code, wanted="All.", purpose="To know.")
    assert left in selectors.possible_recipients(admin)
    leave(left)
    draft.refresh_from_db()
    asked = AccessRequest.objects.get()
    assert (draft.state, asked.state, asked.reason) == (State.DISCARDED, RequestState.DECLINED, REASON)
    assert left not in selectors.possible_recipients(admin)
    assert told(alpine, Event.GRANT_ENDED) == 0, "what was never offered did not end"


def test_nobody_acts_for_it_any_more_and_nobody_can_be_added(
    alpine: Institution, closed: list[tuple[str, str]]
) -> None:
    somebody = actor(alpine, "somebody", Role.ADMIN)
    ends = datetime.now(UTC) + timedelta(hours=1)
    SealedTokens.objects.create(user=somebody.user, ciphertext=b"x", ends_at=ends)
    assert actor_for(somebody.user, NoToken((alpine.code,))).institution == alpine
    assert leave(alpine).members == 1
    assert closed == [("somebody", alpine.code)]
    assert not SealedTokens.objects.exists() and not Membership.objects.exists()
    with pytest.raises(OnboardingFailed, match="never used again"):
        onboarding.add_member(code=alpine.code, email="new@alpine.example", role=Role.ADMIN)
    Membership.objects.create(user=somebody.user, institution=alpine, role=Role.ADMIN)
    assert actor_for(somebody.user, NoToken((alpine.code,))).institution is None


def test_a_second_run_ends_what_the_first_one_left(
    handed_on: Copy,
    alpine: Institution,
    admin: Actor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(**_: Any) -> None:
        raise OnboardingFailed("AWS does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(directory, "close_account", unreachable)
        with pytest.raises(OnboardingFailed):
            leave(alpine)
    assert Departure.objects.get().institution == alpine
    assert Membership.objects.filter(institution=alpine).exists()
    again = services.offboard(code=alpine.code, reason="Another reason.")
    assert (again.grants, again.members) == (0, 1), "the grants were ended by the first run"
    last = services.offboard(code=alpine.code, reason=REASON)
    assert (last.grants, last.webhooks, last.members) == (0, 0, 0)
    assert Departure.objects.get().reason == REASON
    left = AuditRecord.objects.filter(tag=AuditTag.INSTITUTION_LEFT)
    assert {record.institution_id for record in left} == {alpine.pk, None} and left.count() == 2


def test_its_systems_are_told_of_nothing_any_more(alpine: Institution, borealis: Institution) -> None:
    keeper = actor(alpine, "keeper", Role.ADMIN)
    notices.endpoint(alpine, keeper.user)
    theirs = notices.endpoint(borealis, keeper.user)
    assert leave(alpine).webhooks == 1
    assert list(Endpoint.objects.filter(active=True)) == [theirs]
    assert not Endpoint.objects.filter(institution=alpine).exclude(url="").exists()


def test_without_a_complete_take_out_it_stays_unless_said_otherwise(alpine: Institution) -> None:
    keeper = actor(alpine, "keeper", Role.ADMIN)
    with pytest.raises(DepartureFailed, match="take-out"):
        services.offboard(code=alpine.code, reason=REASON)
    takeout = TakeOut.objects.create(
        institution=alpine, started_by=keeper.user, started_at=timezone.now(), audit_number=1,
        state=TakeOut.State.READY,
    )  # fmt: skip
    part = Part.objects.create(takeout=takeout, number=1, area="records")
    with pytest.raises(CommandError, match="take-out"):
        call_command("offboard_institution", alpine.code, reason=REASON)
    assert not Departure.objects.exists() and Membership.objects.exists()
    part.taken_at = timezone.now()
    part.save()
    call_command("offboard_institution", alpine.code, reason=REASON)
    assert Departure.objects.get().reason == REASON


def test_what_is_held_is_locked_before_it_leaves(alpine: Institution, admin: Actor) -> None:  # noqa: F811
    held, running = delivery(admin), delivery(admin)
    Submission.objects.filter(pk=running.pk).update(state="RUNNING", verdict="")
    hold = hold_of(alpine, admin.user)
    Hold.objects.update(scope=Hold.Scope.EVERYTHING)
    now = timezone.now()
    Lock.objects.create(submission=held, attempt=held.attempt, objects_locked=1, locked_at=now)
    with pytest.raises(DepartureFailed, match="1 of them are not locked"):
        leave(alpine)
    assert not Departure.objects.exists() and Membership.objects.exists()
    Hold.objects.filter(pk=hold.pk).update(scope=Hold.Scope.SUBMISSION, submission=held)
    leave(alpine)
    assert Departure.objects.get().institution == alpine


def test_what_it_stored_stays_as_it_is(handed_on: Copy, alpine: Institution) -> None:
    before = list(Submission.objects.values())
    leave(alpine)
    assert list(Submission.objects.values()) == before


def test_an_unknown_code_is_said(db: None) -> None:
    with pytest.raises(DepartureFailed, match="no institution nowhere"):
        services.offboard(code="nowhere", reason=REASON)
