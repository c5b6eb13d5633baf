"""How institutions find each other: directory, requests for access, invitations."""

from django.test import Client
from django.urls import reverse

from portal.accounts.models import Institution
from sharing.models import AccessRequest, Grant, Invitation, Profile
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.dashboard.grants.conftest import FUND, TERMS, acted, at


def test_a_request_is_answered_with_an_offer(owner: Client, recipient: Client, alpine: Institution) -> None:
    ask = reverse("ask_for_access", args=["alpine-am"])
    words = {"wanted": f"{FUND}, TPT", "purpose": "Look-through."}
    assert recipient.post(ask, words).status_code == 404, "the directory does not list it"
    Profile.objects.create(institution=alpine, listed=True)
    assert recipient.post(ask, words).status_code == 302
    assert "waits for its answer" in recipient.post(ask, words).text
    asked = AccessRequest.objects.get()
    assert f"{FUND}, TPT" in owner.get(reverse("directory")).text
    address = f"{reverse('new_grant')}?answers={asked.pk}"
    assert "Look-through." in owner.get(address).text
    assert recipient.get(address).status_code == 404
    owner.post(address, TERMS)
    grant, shown = Grant.objects.get(), recipient.get(reverse("directory")).text
    assert "Waits for an answer" in shown and str(grant.pk) not in shown, "a draft is the owner's own"
    acted(owner, grant, "offer")
    shown = recipient.get(reverse("directory")).text
    assert "Answered with an offer" in shown and at("grant", grant) in shown


def test_a_request_is_declined_with_a_reason_by_the_asked_only(
    owner: Client, recipient: Client, alpine: Institution
) -> None:
    Profile.objects.create(institution=alpine, listed=True)
    recipient.post(reverse("ask_for_access", args=["alpine-am"]), {"wanted": "All.", "purpose": "None."})
    decline = reverse("decline_access", args=[AccessRequest.objects.get().pk])
    assert recipient.post(decline, {"reason": "No."}).status_code == 404
    owner.post(decline, {"reason": " "})
    assert AccessRequest.objects.get().state == "open"
    owner.post(decline, {"reason": "There is no mandate."})
    assert "There is no mandate." in recipient.get(reverse("directory")).text
    assert owner.post(decline, {"reason": "Again."}).status_code == 404


def test_a_request_is_withdrawn_by_whoever_asked_while_it_waits(
    owner: Client, recipient: Client, alpine: Institution
) -> None:
    Profile.objects.create(institution=alpine, listed=True)
    ask, words = reverse("ask_for_access", args=["alpine-am"]), {"wanted": "All.", "purpose": "None."}
    recipient.post(ask, words)
    asked = AccessRequest.objects.get()
    owner.post(f"{reverse('new_grant')}?answers={asked.pk}", TERMS)
    withdraw = reverse("withdraw_access", args=[asked.pk])
    assert withdraw in recipient.get(reverse("directory")).text
    assert withdraw not in owner.get(reverse("directory")).text
    assert owner.post(withdraw).status_code == 404
    assert recipient.post(withdraw).status_code == 302
    shown = owner.get(reverse("directory")).text
    assert 'data-request="withdrawn"' in shown and reverse("decline_access", args=[asked.pk]) not in shown
    acted(owner, Grant.objects.get(), "offer")
    assert AccessRequest.objects.get().state == "withdrawn", "what is offered now answers no request"
    assert recipient.post(withdraw).status_code == 404
    assert recipient.post(ask, words).status_code == 302, "another one can be asked"


def test_an_institution_that_is_not_on_board_is_invited_with_the_terms_of_its_grant(
    owner: Client, alpine: Institution
) -> None:
    invite, whom = reverse("new_invitation"), {"name": "Dunes", "email": "data@dunes.example", "lei": "X"}
    viewer = sign_in(member(alpine, "vic", "viewer"), "alpine-am")
    assert invite in owner.get(reverse("directory")).text
    assert invite not in viewer.get(reverse("directory")).text
    assert "its last two check the others" in owner.post(invite, TERMS | whom).text
    assert owner.post(invite, TERMS | whom | {"lei": ""}).status_code == 302
    for client, address in ((owner, True), (viewer, False)):
        page = client.get(reverse("directory")).text
        assert "Dunes" in page and ("data@dunes.example" in page) == address
    withdraw = reverse("withdraw_invitation", args=[Invitation.objects.get().pk])
    assert owner.post(withdraw).status_code == 302
    assert 'data-invitation="withdrawn"' in owner.get(reverse("directory")).text


def test_the_directory_lists_who_wants_it_and_checks_the_lei(owner: Client, borealis: Institution) -> None:
    bea = sign_in(member(borealis, "bea", "admin"), "borealis-insurance")
    assert "Borealis" not in owner.get(reverse("directory")).text
    wrong = bea.post(reverse("directory"), {"listed": "on", "lei": "529900T8BM49AURSDO56"})
    assert wrong.status_code == 200 and "An LEI has 20" in wrong.text and not Profile.objects.exists()
    assert bea.post(reverse("directory"), {"listed": "on", "lei": "529900t8bm49aursdo55"}).status_code == 302
    shown = owner.get(reverse("directory")).text
    assert "Borealis Insurance" in shown and "529900T8BM49AURSDO55" in shown and "Asset owner" in shown
