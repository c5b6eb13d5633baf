"""Grants as two institutions meet them on their pages: ask, draft, offer, answer, suspend, revoke."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.aws import exchange
from ingestion.web.models import Submission
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.notices.models import Announcement
from sharing.models import Grant
from sharing.services.telling import noted
from sharing.states import CopyState, State
from tests.portal.dashboard.conftest import Make, member, sign_in
from tests.portal.dashboard.grants.conftest import CARD, FUND, TERMS, acted, at, drafted, handed_over


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
    handed = handed_over(monkeypatch)
    shown = owner.post(at("fill_grant", offered), headers={"HX-Request": "true"}).text
    assert 'data-grant-state="active"' in shown and "<html" not in shown
    assert [order.submission for order in handed] == [str(offered.copies.get().submission_id)]
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
