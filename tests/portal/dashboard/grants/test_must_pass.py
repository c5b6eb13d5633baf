"""A grant under which a delivery must pass the recipient's rulebook, as its two sides see it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from sharing.models import AcceptanceRulebook, Disclosure, Grant
from sharing.states import State
from tests.portal.accepting import asked_by
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.dashboard.grants.conftest import at, drafted

ON_ITS_PAGE = reverse("rulebook_version", args=[1])


@pytest.fixture
def asking(owner: Client, recipient: Client, delivery: Submission) -> Grant:
    return drafted(owner, must_pass="on")


@pytest.fixture
def rulebook(asking: Grant, borealis: Institution) -> AcceptanceRulebook:
    return asked_by(borealis, User.objects.get(subject="bea"))


@pytest.mark.parametrize("state", [State.OFFERED, State.ACCEPTED, State.DECLINED, State.REVOKED])
def test_a_recipient_that_has_published_one_is_not_told_that_it_has_not(
    owner: Client, recipient: Client, asking: Grant, rulebook: AcceptanceRulebook, state: State
) -> None:
    Grant.objects.update(state=state)
    page = recipient.get(at("grant", asking)).text
    assert "Rulebook no. 1</a>, published on" in page and ON_ITS_PAGE in page
    assert "published none yet" not in page and "have not published" not in page
    assert ("does not have the one you published" in page) is (state == State.ACCEPTED)
    theirs = owner.get(at("grant", asking)).text
    assert "no. 1" not in theirs, "nobody gave it to them"
    assert ("which you have not been given yet" in theirs) is (state == State.ACCEPTED)
    AcceptanceRulebook.objects.update(current=False)
    assert "You have published none yet" in recipient.get(at("grant", asking)).text


def test_a_published_rulebook_is_withdrawn_on_its_page(
    owner: Client, recipient: Client, asking: Grant, borealis: Institution
) -> None:
    Grant.objects.update(state=State.ACCEPTED)
    in_force = {"based_on": "", "reason": "As it comes."}
    assert recipient.post(reverse("rulebook"), in_force).status_code == 302
    withdraw = reverse("withdraw_rulebook", args=[1])
    assert withdraw not in recipient.get(ON_ITS_PAGE).text
    assert recipient.post(reverse("publish_rulebook", args=[1])).status_code == 302
    assert withdraw in recipient.get(ON_ITS_PAGE).text
    colleague = sign_in(member(borealis, "rita", "reviewer"), borealis.code)
    assert withdraw not in colleague.get(ON_ITS_PAGE).text
    assert at("grant_rulebook", asking) in owner.get(at("grant", asking)).text
    assert "Rulebook no. 1 is withdrawn." in recipient.post(withdraw, follow=True).text
    assert withdraw not in recipient.get(ON_ITS_PAGE).text
    assert recipient.post(withdraw).status_code == 409
    for side in (owner, recipient):
        assert "data-no-rulebook" in side.get(at("grant", asking)).text


def test_both_sides_read_what_the_owner_was_given(
    owner: Client, recipient: Client, asking: Grant, rulebook: AcceptanceRulebook
) -> None:
    Grant.objects.update(state=State.ACCEPTED)
    Disclosure.objects.create(acceptance=rulebook, owner=asking.owner, at=rulebook.published_at)
    for side in (owner, recipient):
        page: Any = side.get(at("grant", asking)).text
        assert at("grant_rulebook", asking) in page and "data-no-rulebook" not in page
