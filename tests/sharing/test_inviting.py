"""An institution that is not on board: its grant waits as a draft, and nothing is owed until it is."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from ingestion.aws.errors import AwsError
from portal.accounts import onboarding
from portal.accounts.actor import Actor
from portal.accounts.errors import OnboardingFailed
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from portal.notices.models import Announcement
from sharing import services
from sharing.errors import InvitationInvalid, NotAGrantYet, SecondAdminNeeded
from sharing.models import Copy, Grant, Invitation, Profile
from sharing.states import InvitationState, State
from tests.fixtures.cast import actor
from tests.sharing.conftest import TERMS, delivery

WHOM = {"name": "Dunes Pension", "email": "Data@dunes.example", "lei": ""}
LEI = "529900T8BM49AURSDO55"


@pytest.fixture
def invitation(admin: Actor) -> Invitation:
    return services.invite(actor=admin, terms=TERMS, **WHOM)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Onboarding without AWS: stack and person are tried elsewhere."""
    monkeypatch.setattr(onboarding, "deploy_stack", lambda code, parameters: None)
    monkeypatch.setattr(onboarding, "_member", lambda **_: None)


def onboard(*invitations: Any) -> Institution:
    return onboarding.onboard(
        code="dunes", name="Dunes", kind="owner", admin_email="a@dunes.example", invitations=invitations
    )


def test_the_draft_waits_until_the_institution_is_on_board_and_is_offered_then(
    owner: Actor, admin: Actor, invitation: Invitation, deployed: None, bucket: Any
) -> None:
    delivery(owner)
    assert not Grant.objects.exists() and not Copy.objects.exists()
    dunes = onboard(invitation.pk)
    invitation.refresh_from_db()
    grant = Grant.objects.get()
    assert (invitation.state, invitation.grant, invitation.email) == (InvitationState.TAKEN, grant, "")
    assert (grant.owner, grant.recipient, grant.state) == (admin.institution, dunes, State.DRAFT)
    assert replace(TERMS, **{name: getattr(grant, name) for name in ("condition", "purpose")}) == TERMS
    assert (grant.funds, grant.valuations_from) == (list(TERMS.funds), date(2026, 1, 31))
    assert Announcement.objects.get(event="grant.joined").subject_id == grant.pk
    assert not Copy.objects.exists()
    assert services.offer(actor=admin, grant_id=grant.pk).state == State.OFFERED
    services.accept(actor=actor(dunes, "dee", Role.ADMIN), grant_id=grant.pk)
    assert Copy.objects.count() == 1
    assert onboard(invitation.pk) == dunes and Grant.objects.count() == 1, "it may be run again"


def test_where_two_admins_are_wanted_whoever_invited_cannot_offer_alone(
    admin: Actor, second: Actor, invitation: Invitation, deployed: None, bucket: Any
) -> None:
    Profile.objects.create(institution=admin.institution, needs_second=True)
    onboard(invitation.pk)
    with pytest.raises(SecondAdminNeeded):
        services.offer(actor=admin, grant_id=Grant.objects.get().pk)
    assert services.offer(actor=second, grant_id=Grant.objects.get().pk).state == State.OFFERED


def test_one_letter_goes_out_and_names_nothing_but_the_two_institutions(invitation: Invitation) -> None:
    assert services.write_letters() == 1 and services.write_letters() == 0
    (letter,) = mail.outbox
    assert letter.to == ["data@dunes.example"]
    assert "Alpine" in letter.subject and "Dunes Pension" in letter.body
    assert not re.search("LU0000000001|Solvency|ada", letter.subject + str(letter.body))


def test_a_letter_that_cannot_be_sent_is_tried_again_later_and_not_for_ever(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_message: Any) -> None:
        raise AwsError("Throttling", "SendEmail")

    monkeypatch.setattr("sharing.services.letters.EmailMessage.send", away)
    tries = 0
    while Invitation.objects.filter(letter_due_at__isnull=False).exists():
        assert services.write_letters() == 0 and services.write_letters() == 0, "not before a while"
        Invitation.objects.filter(letter_due_at__isnull=False).update(letter_due_at=timezone.now())
        tries += 1
    assert tries == 6 and Invitation.objects.get().letter_attempts == 6 and not mail.outbox


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_one_that_is_over_forgets_the_address_and_opens_nothing(
    end: str, admin: Actor, invitation: Invitation, deployed: None
) -> None:
    assert services.expire_invitations() == 0
    if end == "withdrawn":
        services.withdraw_invitation(actor=admin, invitation_id=invitation.pk)
    else:
        Invitation.objects.update(ends_on=timezone.now().date() - timedelta(days=1))
        assert services.expire_invitations() == 1
    assert Invitation.objects.get().state == end and not Invitation.objects.get().email
    assert services.write_letters() == 0
    with pytest.raises(OnboardingFailed, match="no open invitation"):
        onboard(invitation.pk)
    assert not Institution.objects.filter(code="dunes").exists() and not Grant.objects.exists()
    with pytest.raises(NotFound):
        services.withdraw_invitation(actor=admin, invitation_id=invitation.pk)
    assert services.invite(actor=admin, terms=TERMS, **WHOM), "another one can be sent"


def test_with_the_institution_that_invited_its_invitations_end(admin: Actor, invitation: Invitation) -> None:
    services.end_all_of(admin.institution, reason="It leaves.")
    assert Invitation.objects.get().state == InvitationState.WITHDRAWN


def test_only_admins_invite_and_only_the_own_institution_s_is_withdrawn(
    admin: Actor, third: Actor, invitation: Invitation
) -> None:
    with pytest.raises(NotAllowed):
        services.invite(actor=actor(admin.institution, "rex", Role.REVIEWER), terms=TERMS, **WHOM)
    with pytest.raises(NotFound):
        services.withdraw_invitation(actor=third, invitation_id=invitation.pk)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": " "}, "name"),
        ({"email": "nobody"}, "email"),
        ({"lei": LEI[:-1] + "6"}, "lei"),
        ({}, "email"),
    ],
)
def test_whom_to_invite_has_to_be_said(
    change: dict[str, str], place: str, admin: Actor, invitation: Invitation
) -> None:
    with pytest.raises(InvitationInvalid) as refused:
        services.invite(
            actor=admin, terms=TERMS, **WHOM | ({"email": "b@dunes.example"} if change else {}) | change
        )
    assert [problem["place"] for problem in refused.value.problems] == [place]
    assert services.invite(actor=admin, terms=TERMS, **WHOM | {"email": "b@dunes.example", "lei": LEI})


def test_the_terms_have_to_make_sense_and_only_so_many_wait(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotAGrantYet):
        services.invite(actor=admin, terms=replace(TERMS, contents=()), **WHOM)
    monkeypatch.setattr("sharing.services.inviting.MOST_OPEN", 1)
    services.invite(actor=admin, terms=TERMS, **WHOM)
    with pytest.raises(InvitationInvalid, match="At most 1"):
        services.invite(actor=admin, terms=TERMS, **WHOM | {"email": "b@dunes.example"})


def test_operators_see_that_somebody_is_asked_on_board_and_not_by_whom(invitation: Invitation) -> None:
    written = StringIO()
    call_command("invitations", stdout=written)
    assert str(invitation.pk) in written.getvalue() and "Dunes Pension" in written.getvalue()
    assert not re.search("alpine|dunes.example|LU0000000001", written.getvalue(), re.IGNORECASE)


def test_every_step_is_in_the_owner_s_trail(admin: Actor, invitation: Invitation, deployed: None) -> None:
    onboard(invitation.pk)
    trail = AuditRecord.objects.filter(institution_id=admin.institution.pk, subject_id=str(invitation.pk))
    assert [(record.tag, record.actor_id) for record in trail] == [
        ("portal:invitation:made", admin.user.pk), ("setup:invitation:taken", None),
    ]  # fmt: skip
