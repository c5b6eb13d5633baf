"""A grant under which a delivery must pass the recipient's rulebook, as its two sides see it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.aws.errors import AwsUnavailable
from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from portal.api.grants import GrantsView, GrantView
from sharing.models import AcceptanceRulebook, Disclosure, Grant
from sharing.states import State
from tests.fixtures.cast import actor
from tests.portal import shared
from tests.portal.accepting import asked_by
from tests.portal.api.test_grants import call
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.dashboard.grants.conftest import at, drafted

ON_ITS_PAGE = reverse("rulebook_version", args=[1])


def hindrance(client: Client, grant: Grant) -> str:
    """What its page names."""
    (found,) = re.findall(r'data-hindrance="(\w+)"', client.get(at("grant", grant)).text)
    return str(found)


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
    assert ("the one you published" in page) is (state == State.ACCEPTED)
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
    page = recipient.get(ON_ITS_PAGE).text
    assert withdraw in page and "data-unfollowable>" not in page
    Disclosure.objects.update(trouble="unfollowable")
    assert "data-unfollowable>" in recipient.get(ON_ITS_PAGE).text
    colleague = sign_in(member(borealis, "rita", "reviewer"), borealis.code)
    assert withdraw not in colleague.get(ON_ITS_PAGE).text
    assert at("grant_rulebook", asking) in owner.get(at("grant", asking)).text
    assert "Rulebook no. 1 is withdrawn." in recipient.post(withdraw, follow=True).text
    assert withdraw not in recipient.get(ON_ITS_PAGE).text
    assert recipient.post(withdraw).status_code == 409
    for side in (owner, recipient):
        assert hindrance(side, asking) == "not_published"


def test_both_sides_read_what_the_owner_was_given(
    owner: Client, recipient: Client, asking: Grant, rulebook: AcceptanceRulebook
) -> None:
    Grant.objects.update(state=State.ACCEPTED)
    Disclosure.objects.create(acceptance=rulebook, owner=asking.owner, at=rulebook.published_at)
    for side in (owner, recipient):
        page: Any = side.get(at("grant", asking)).text
        assert at("grant_rulebook", asking) in page and "data-hindrance" not in page


@pytest.fixture
def waiting(asking: Grant, rulebook: AcceptanceRulebook, delivery: Submission) -> Disclosure:
    """One delivery is owed and was not tried by the rulebook, which its owner was given."""
    Grant.objects.update(state=State.ACCEPTED)
    shared.owed(delivery, asking)
    return Disclosure.objects.create(acceptance=rulebook, owner=asking.owner, at=rulebook.published_at)


def told(client: Client, address: str, name: str) -> bool:
    return f'data-{name}="' in client.get(address).text


HOME, LIST, INBOX = "/", reverse("grants"), reverse("received")


@pytest.mark.parametrize(
    ("trouble", "owners", "recipients"),
    [("missing", "no longer in your store", "no longer has it"),
     ("unfollowable", "has to publish a version", "Until an administrator publishes a version")],
)  # fmt: skip
def test_both_sides_are_told_why_it_waits_and_what_to_do(
    owner: Client, recipient: Client, asking: Grant, waiting: Disclosure, borealis: Institution,
    trouble: str, owners: str, recipients: str,
) -> None:  # fmt: skip
    group, rita = 'data-group="rulebooks"', sign_in(member(borealis, "rita", "reviewer"), borealis.code)
    assert group not in recipient.get(HOME).text and not told(recipient, INBOX, "held-back")
    Disclosure.objects.update(at=None if trouble == "missing" else waiting.at, trouble=trouble)
    home = {}
    for side, said in ((owner, owners), (recipient, recipients)):
        page, home[side] = side.get(at("grant", asking)).text, side.get(HOME).text
        assert f'data-hindrance="{trouble}"' in page and said in page and "One delivery waits." in page
        waits = "Waits for a sign-in of the owner" in page, "</span>Waits for the recipient" in page
        assert waits == (False, side == owner)
        assert group in home[side] and at("grant", asking) in home[side]
        again = f'action="{at("fill_grant", asking)}"' in page
        assert again == (side == owner and trouble == "unfollowable"), "it is there to be tried by"
    gone = trouble == "missing"
    for side, may in ((recipient, gone), (rita, False)):
        inbox = side.get(INBOX).text
        assert 'data-held-back="1"' in inbox and ("data-undisclosed" in inbox) is may
    assert "data-held-back" not in owner.get(INBOX).text and group not in rita.get(HOME).text
    pages = home[recipient], recipient.get(LIST).text, home[owner]
    assert ["data-undisclosed" in text for text in pages] == [gone, gone, False]
    assert ("data-unfollowable>" in recipient.get(reverse("rulebook")).text) is not gone


def test_an_administrators_page_gives_it_anew_by_itself_and_without_scripts_by_a_button(
    recipient: Client, waiting: Disclosure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives(*_: Any, **_more: Any) -> tuple[int, int]:
        Disclosure.objects.update(at=timezone.now(), trouble="")
        return 1, 0

    def fails(*_: Any, **_more: Any) -> tuple[int, int]:
        raise AwsUnavailable("SlowDown", "PutObject")

    address, htmx = reverse("disclose_rulebook"), {"HX-Request": "true"}
    Disclosure.objects.update(at=None, trouble="missing")
    assert "load" in re.findall(f'hx-post="{address}".*?hx-trigger="(.*?)"', recipient.get(HOME).text)[0]
    monkeypatch.setattr("sharing.services.disclose_again", fails)
    shown = recipient.post(address, headers=htmx).text
    assert 'data-undisclosed="1"' in shown and 'hx-trigger="submit"' in shown, "it is not tried in a circle"
    assert "Your partners have" not in recipient.post(address, follow=True).text
    monkeypatch.setattr("sharing.services.disclose_again", gives)
    assert "Your partners have your rulebook" in recipient.post(address, headers=htmx).text
    assert "Your partners have your rulebook." in recipient.post(address, follow=True).text


def test_a_program_reads_why_nothing_can_be_tried(waiting: Disclosure, alpine: Institution) -> None:
    reader = actor(alpine, "vic", Role.VIEWER)

    def problem() -> str:
        (one,) = call(GrantsView, reader).data["results"]
        assert call(GrantView, reader, grant_id=one["id"]).data == one
        return str(one["rulebook_problem"])

    assert problem() == ""
    Disclosure.objects.update(trouble="unfollowable")
    assert problem() == "unfollowable"
    AcceptanceRulebook.objects.update(current=False)
    assert problem() == "not_published"
