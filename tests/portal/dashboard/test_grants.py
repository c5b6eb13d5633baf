"""Grants as two institutions meet them on their pages: ask, draft, offer, answer, suspend, revoke."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.aws import exchange
from ingestion.web.models import Submission
from portal.accounts.models import Institution, Membership
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.notices.models import Announcement
from sharing.models import AccessRequest, Grant, GrantExpectation, Invitation, Profile
from sharing.services.telling import noted
from sharing.states import CopyState, State
from tests.ingestion.web.decisions import bucket  # noqa: F401
from tests.portal.bodies import TERMS as EXPECTED
from tests.portal.dashboard.conftest import Make, member, sign_in

FUND = "LU0000000001"
TERMS: dict[str, Any] = {
    "recipient": "borealis-insurance", "scope": "some", "others": FUND, "contents": ["original", "summary"],
    "condition": "stood_by", "purpose": "Look-through for Solvency II.",
}  # fmt: skip
CARD = {"template": "TPT", "valuation_date": "2025-12-31", "portfolios": [{"id": FUND, "name": "Alpha"}]}


@pytest.fixture
def owner(alpine: Institution, bucket: Any) -> Client:  # noqa: F811
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


@pytest.fixture
def recipient(borealis: Institution, bucket: Any) -> Client:  # noqa: F811
    Profile.objects.create(institution=borealis, listed=True)
    return sign_in(member(borealis, "bea", "admin"), "borealis-insurance")


@pytest.fixture
def delivery(make: Make) -> Submission:
    return make(template="TPT", template_version="7.0", index_card=CARD)


def drafted(owner: Client, **changes: Any) -> Grant:
    answer = owner.post(reverse("new_grant"), TERMS | changes)
    assert answer.status_code == 302, answer.text
    return Grant.objects.latest("drafted_at")


def at(name: str, grant: Grant) -> str:
    return reverse(name, args=[grant.pk])


def acted(client: Client, grant: Grant, act: str, **more: str) -> str:
    """The page after a button was pressed."""
    return client.post(at("act_on_grant", grant), {"act": act} | more, follow=True).text


@pytest.fixture
def offered(owner: Client, recipient: Client, delivery: Submission) -> Grant:
    grant = drafted(owner)
    acted(owner, grant, "offer")
    grant.refresh_from_db()
    assert grant.state == State.OFFERED
    return grant


def test_a_draft_shows_what_it_would_share_and_only_to_its_owner(
    owner: Client, recipient: Client, delivery: Submission, make: Make
) -> None:
    make(template="TPT", index_card=CARD | {"portfolios": [{"id": "LU0000000002"}]})
    grant = drafted(owner)
    shown = owner.get(at("grant", grant)).text
    assert "This would share one delivery now, and everything that follows" in shown
    assert reverse("submission", args=[delivery.id]) in shown
    assert recipient.get(at("grant", grant)).status_code == 404
    assert str(grant.pk) not in recipient.get(reverse("grants")).text


def test_terms_that_cannot_be_meant_are_shown_at_their_fields(owner: Client, recipient: Client) -> None:
    for wrong, said in [
        ({"others": ""}, "Choose at least one fund"),
        ({"recipient": ""}, "Say to whom."),
        ({"scope": "all"}, "Choose one or the other."),
        ({"contents": []}, "Choose what is handed on"),
        ({"purpose": ""}, "Say what the data is for"),
        ({"ends_on": "2020-01-01"}, "The last day has passed already"),
    ]:
        answer = owner.post(reverse("new_grant"), TERMS | wrong)
        assert answer.status_code == 200 and said in answer.text
    assert not Grant.objects.exists()
    assert drafted(owner, scope="all", others="").funds == []


def test_a_draft_can_be_changed_and_an_offer_cannot(owner: Client, recipient: Client) -> None:
    grant = drafted(owner)
    assert FUND in owner.get(at("edit_grant", grant)).text
    owner.post(at("edit_grant", grant), TERMS | {"purpose": "Another."})
    assert Grant.objects.get().purpose == "Another."
    acted(owner, grant, "offer")
    assert owner.post(at("edit_grant", grant), TERMS).status_code == 409
    assert Grant.objects.get().purpose == "Another."


def test_the_recipient_accepts_and_both_sides_see_that_it_is_not_filled_yet(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    assert 'value="accept"' in recipient.get(at("grant", offered)).text
    assert 'value="accept"' not in owner.get(at("grant", offered)).text
    shown = acted(recipient, offered, "accept")
    assert "Accepted, not yet filled" in shown and "One delivery is not copied yet" in shown
    assert reverse("fill_grant", args=[offered.pk]) not in shown
    assert reverse("fill_grant", args=[offered.pk]) in owner.get(at("grant", offered)).text


def test_filling_copies_everything_and_the_grant_is_active(
    owner: Client, recipient: Client, offered: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted(recipient, offered, "accept")
    handed: list[str] = []
    monkeypatch.setattr("sharing.services.handing.order_for", lambda copy: str(copy.submission_id))
    monkeypatch.setattr("sharing.services.handing.client", lambda *args: None)
    monkeypatch.setattr("sharing.services.handing.results.verdict", lambda *args: {"index_card": CARD})
    monkeypatch.setattr(exchange, "hand_over", lambda s3, account, order: handed.append(order))
    shown = owner.post(at("fill_grant", offered), headers={"HX-Request": "true"}).text
    assert 'data-grant-state="active"' in shown and "<html" not in shown
    assert handed == [str(offered.copies.get().submission_id)]
    assert "Delivered" in recipient.get(at("grant", offered)).text


def test_declining_and_suspending_need_a_reason_which_both_sides_read(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    assert "the other institution reads it too" in acted(recipient, offered, "decline")
    assert Grant.objects.get().state == State.OFFERED
    acted(recipient, offered, "accept")
    acted(owner, offered, "suspend", reason="A share class is wrong.")
    assert "A share class is wrong." in recipient.get(at("grant", offered)).text
    assert "Suspended" in acted(owner, offered, "resume") and Grant.objects.get().state == State.ACCEPTED


def test_a_reason_that_is_refused_is_given_back_where_the_message_leads(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    shown = acted(recipient, offered, "decline", reason="x" * 501)
    assert f"{'x' * 501}</textarea>" in shown and "<details" in shown and " open>" in shown
    assert 'href="#id_reason"' in shown and shown.count('id="id_reason"') == 1
    assert re.search(rf'href="{reverse("grants")}" aria-current="page"', shown), "the tabs stay"
    assert Grant.objects.get().state == State.OFFERED


def test_a_line_break_counts_once_as_the_browser_counts_it(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    first, second = "a" * 249, "b" * 250
    acted(recipient, offered, "decline", reason=f"{first}\r\n{second}")
    assert Grant.objects.get().state == State.DECLINED
    assert f"{first}\n{second}" in owner.get(at("grant", offered)).text


def test_revoking_says_what_cannot_be_recalled_and_hides_what_was_received(
    owner: Client, recipient: Client, offered: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr("sharing.services.deleting.client", lambda *args: None)
    monkeypatch.setattr(exchange, "take_back", lambda s3, at, prefix: taken.append(prefix) or 1)
    acted(recipient, offered, "accept")
    offered.copies.update(state=CopyState.DONE)
    noted(AuditTag.RECEIVED_DOWNLOADED, offered, None, file="original")
    shown = owner.get(at("revoke_grant", offered)).text
    assert "cannot be recalled" in shown
    assert "did not open them, and" in shown and "one file was downloaded" in shown
    assert owner.post(at("revoke_grant", offered), {"reason": ""}).status_code == 200
    assert not taken
    owner.post(at("revoke_grant", offered), {"reason": "The mandate is over."})
    assert len(taken) == 1 and offered.copies.get().state == CopyState.GONE
    shown = recipient.get(at("grant", offered)).text
    assert "The mandate is over." in shown and "data-copy" not in shown
    assert owner.get(at("revoke_grant", offered)).status_code == 409


def test_the_other_side_names_no_person_of_this_one(owner: Client, recipient: Client, offered: Grant) -> None:
    acted(recipient, offered, "accept")
    assert "Bea" in recipient.get(at("grant", offered)).text
    assert "Bea" not in owner.get(at("grant", offered)).text
    history = recipient.get(at("grant", offered)).text.partition('id="history-title"')[2]
    assert "Ada" not in history and "Alpine Asset Management" in history


def test_where_two_administrators_are_wanted_the_second_is_shown_the_button(
    owner: Client, recipient: Client, alpine: Institution
) -> None:
    owner.post(reverse("directory"), {"needs_second": "on"})
    grant = drafted(owner)
    assert "another administrator has to offer it" in owner.get(at("grant", grant)).text
    assert (
        "another administrator" in acted(owner, grant, "offer") and Grant.objects.get().state == State.DRAFT
    )
    second = sign_in(member(alpine, "sam", "admin"), "alpine-am")
    assert "Confirm and offer it" in second.get(at("grant", grant)).text
    acted(second, grant, "offer")
    assert Grant.objects.get().state == State.OFFERED


def test_a_viewer_sees_a_grant_without_buttons_and_a_third_institution_nothing(
    offered: Grant, viewer: Client, db: None
) -> None:
    shown = viewer.get(at("grant", offered)).text
    assert "Offered" in shown and "/revoke/" not in shown and 'name="act"' not in shown
    cedar = Institution.objects.create(code="cedar-pension", name="Cedar", kind="owner")
    third = sign_in(member(cedar, "cy", "admin"), "cedar-pension")
    for name in ("grant", "edit_grant", "revoke_grant"):
        assert third.get(at(name, offered)).status_code == 404
    assert third.post(at("act_on_grant", offered), {"act": "accept"}).status_code == 404
    assert str(offered.pk) not in third.get(reverse("grants")).text


def test_the_list_is_narrowed_by_direction_and_state(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    listed = f'data-grant="{offered.pk}"'
    for query, there in [("", True), ("?direction=given", True), ("?direction=received", False),
                         ("?state=offered", True), ("?state=active", False)]:  # fmt: skip
        assert (listed in owner.get(reverse("grants") + query).text) == there, query
    assert listed in recipient.get(reverse("grants") + "?direction=received").text


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


def test_what_the_recipient_expects_stands_on_both_sides_pages_and_calendars(
    owner: Client, recipient: Client, offered: Grant
) -> None:
    expect = at("expect_under_grant", offered)
    assert recipient.get(expect).status_code == 409, "nothing is expected under what is not accepted"
    acted(recipient, offered, "accept")
    assert FUND in recipient.get(expect).text and expect in recipient.get(at("grant", offered)).text
    assert owner.get(expect).status_code == 409 and expect not in owner.get(at("grant", offered)).text
    terms = EXPECTED | {"starts": "2026-01-01", "others": ""}
    assert "does not let these funds through" in recipient.post(expect, terms | {"others": "LU9"}).text
    recipient.post(expect, terms | {"funds": [FUND]})
    assert "is expected this often" in recipient.post(expect, terms | {"funds": [FUND]}).text
    made = GrantExpectation.objects.get()
    for client, whom in ((owner, "for Borealis"), (recipient, "from Alpine")):
        assert f'data-expected="{made.pk}"' in client.get(at("grant", offered)).text
        page = client.get(reverse("calendar") + "?month=2026-02").text
        assert whom in page and 'data-due="missing"' in page
        assert ("Upload it" in page) == (client is owner)
    recipient.post(reverse("remove_grant_expectation", args=[made.pk]))
    assert FUND not in owner.get(reverse("calendar") + "?month=2026-02").text


def test_a_limited_reviewer_keeps_what_was_typed_when_a_fund_is_not_theirs(
    recipient: Client, offered: Grant, borealis: Institution
) -> None:
    acted(recipient, offered, "accept")
    rex = member(borealis, "rex", "reviewer")
    Membership.objects.filter(user=rex).update(funds=[FUND], entities=[])
    client, expect = sign_in(rex, "borealis-insurance"), at("expect_under_grant", offered)
    terms = EXPECTED | {"starts": "2026-01-01"}
    answer = client.post(expect, terms | {"others": "LU9"})
    assert "you see only some of them" in answer.text and "LU9</textarea>" in answer.text
    assert not GrantExpectation.objects.exists()
    assert client.post(expect, terms | {"funds": [FUND], "others": ""}).status_code == 302


def test_the_directory_lists_who_wants_it_and_checks_the_lei(owner: Client, borealis: Institution) -> None:
    bea = sign_in(member(borealis, "bea", "admin"), "borealis-insurance")
    assert "Borealis" not in owner.get(reverse("directory")).text
    wrong = bea.post(reverse("directory"), {"listed": "on", "lei": "529900T8BM49AURSDO56"})
    assert wrong.status_code == 200 and "An LEI has 20" in wrong.text and not Profile.objects.exists()
    assert bea.post(reverse("directory"), {"listed": "on", "lei": "529900t8bm49aursdo55"}).status_code == 302
    shown = owner.get(reverse("directory")).text
    assert "Borealis Insurance" in shown and "529900T8BM49AURSDO55" in shown and "Asset owner" in shown


def test_every_act_is_recorded_once_on_its_side_and_told_to_both(
    owner: Client, recipient: Client, offered: Grant, alpine: Institution, borealis: Institution
) -> None:
    acted(recipient, offered, "accept")
    for side in (alpine, borealis):
        tags = AuditRecord.objects.filter(institution_id=side.pk, subject_id=str(offered.pk))
        assert len(tags.filter(tag="portal:grant:accepted")) == 1
        told = Announcement.objects.filter(institution_id=side.pk, subject_id=offered.pk)
        assert sorted(told.values_list("event", flat=True)) == ["grant.accepted", "grant.offered"]
    sides = dict(Announcement.objects.filter(event="grant.offered").values_list("institution__code", "about"))
    assert sides["alpine-am"]["side"] == "owner" and sides["borealis-insurance"]["side"] == "recipient"
    assert not re.search(FUND, str(sides))
