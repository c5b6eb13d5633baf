"""What a recipient expects under a grant, on both sides' pages."""

from django.test import Client
from django.urls import reverse

from portal.accounts.models import Institution, Membership
from sharing.models import Grant, GrantExpectation
from tests.portal.bodies import TERMS as EXPECTED
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.dashboard.grants.conftest import FUND, acted, at


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
