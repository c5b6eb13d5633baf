"""The pages on which an administrator says which funds a member sees, and what people are told by default."""

import pytest
from django.test import Client

from ingestion.schedule.models import FundDelivery
from ingestion.web.models import NamedFund, Submission
from ingestion.web.states import State
from portal.accounts.models import Institution, Membership, User
from portal.common.time import now
from sharing.models import Copy
from sharing.states import CopyState
from tests.portal.dashboard.conftest import Make, member, sign_in
from tests.portal.shared import grant_of, owed

pytestmark = pytest.mark.django_db
ONE, TWO, TYPED = "LU0000000001", "LU0000000002", "LU0000000003"
HOUSE, PARTNER = "529900T8BM49AURSDO55", "99990084AH6R9PCX2K60"


@pytest.fixture
def admin(alpine: Institution) -> Client:
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


@pytest.fixture
def known(make: Make) -> None:
    """Two funds that were delivered."""
    for fund in (ONE, TWO):
        made = make(State.COMPLETED, template="TPT")
        FundDelivery.objects.create(
            institution=made.institution, submission=made, fund=fund, name="Growth", template="TPT"
        )


def page_of(user: User) -> str:
    return f"/institution/members/{user.pk}/"


def test_a_member_is_limited_and_freed_again(
    admin: Client, anna: User, uploader: Client, known: None
) -> None:
    form = admin.get(f"{page_of(anna)}limit/").text
    assert f"Growth ({ONE})" in form and "checked" in form
    chosen = {"scope": "some", "funds": [ONE], "others": f" {TYPED.lower()}\n\n"}
    said = admin.post(f"{page_of(anna)}limit/", chosen, follow=True).text
    assert "Anna sees 2 funds from now on." in said and TYPED in said
    assert "2 funds only" in admin.get("/institution/members/").text
    assert "You see 2 funds of your institution only." in uploader.get("/").text
    assert TYPED in uploader.get("/preferences/").text
    again = admin.get(f"{page_of(anna)}limit/").text
    assert f"{TYPED}</textarea>" in again, "what was never delivered is typed"
    said = admin.post(f"{page_of(anna)}limit/", {"scope": "all", "others": ""}, follow=True).text
    assert "Anna sees every fund from now on." in said
    assert "of your institution only" not in uploader.get("/").text


def test_a_member_is_limited_to_the_funds_of_legal_entities(
    admin: Client, anna: User, uploader: Client, known: None
) -> None:
    """The entities are offered with their funds; what names none is counted, for it would be hidden."""
    assert "data-without" not in admin.get(f"{page_of(anna)}limit/").text
    first, second = Submission.objects.order_by("pk")
    NamedFund.objects.create(submission=first, fund=ONE, entity=HOUSE)
    NamedFund.objects.create(submission=second, fund=TWO)
    form = admin.get(f"{page_of(anna)}limit/").text
    assert f"Growth ({HOUSE})" in form and "One of your current deliveries" in form
    chosen = {"scope": "some", "entities": [HOUSE], "other_entities": PARTNER.lower()}
    said = admin.post(f"{page_of(anna)}limit/", chosen, follow=True).text
    assert "only the funds and legal entities that you named" in said and HOUSE in said and PARTNER in said
    assert "some funds and legal entities only" in admin.get("/institution/members/").text
    assert "You see some funds and legal entities of your institution only." in uploader.get("/").text
    own = uploader.get("/preferences/").text
    assert PARTNER in own and "A file that does not name the legal entity" in own
    again = admin.get(f"{page_of(anna)}limit/").text
    assert f"{PARTNER}</textarea>" in again
    refused = admin.post(f"{page_of(anna)}limit/", chosen | {"other_entities": PARTNER[::-1]}).text
    assert "is no LEI" in refused and 'href="#id_other_entities"' in refused


def test_funds_beside_all_of_them_are_asked_back_and_those_that_stand_are_not(
    admin: Client, anna: User, known: None
) -> None:
    page = f"{page_of(anna)}limit/"
    for named in ({"funds": [ONE]}, {"others": TYPED}, {"other_entities": PARTNER}):
        assert "Choose one or the other." in admin.post(page, {"scope": "all"} | named).text
    stands = {"funds": [ONE], "others": TYPED}
    admin.post(page, {"scope": "some"} | stands)
    assert Membership.objects.get(user=anna).funds == [ONE, TYPED]
    assert "Choose one or the other." in admin.post(page, {"scope": "all", "funds": [ONE, TWO]}).text
    admin.post(page, {"scope": "all"} | stands)
    assert Membership.objects.get(user=anna).funds is None, "what stood there is what is given up"


def test_the_entities_of_what_others_hand_on_are_offered_while_it_is_shared(
    admin: Client, anna: User, make: Make, alpine: Institution, borealis: Institution
) -> None:
    theirs = make(State.COMPLETED, institution=borealis)
    NamedFund.objects.create(submission=theirs, fund=ONE, entity=PARTNER)
    copy = owed(theirs, grant_of(borealis, alpine, theirs))
    assert PARTNER not in admin.get(f"{page_of(anna)}limit/").text
    Copy.objects.filter(pk=copy.pk).update(state=CopyState.DONE, done_at=now())
    assert f"{ONE} ({PARTNER})" in admin.get(f"{page_of(anna)}limit/").text


def test_a_limit_without_a_fund_and_a_limited_administrator_are_refused(
    admin: Client, anna: User, alpine: Institution
) -> None:
    assert (
        "Name at least one fund or legal entity"
        in admin.post(f"{page_of(anna)}limit/", {"scope": "some"}).text
    )
    other = member(alpine, "otto", "admin")
    said = admin.post(f"{page_of(other)}limit/", {"scope": "some", "others": ONE}).text
    assert "they cannot be limited to some funds" in said
    assert not Membership.objects.exclude(funds=None).exists()
    admin.post(f"{page_of(anna)}limit/", {"scope": "some", "others": ONE})
    assert "End the limit first" in admin.post(page_of(anna), {"role": "admin"}).text


def test_an_administrator_chooses_what_people_are_told_of(admin: Client, viewer: Client) -> None:
    page = admin.get("/institution/notices/").text
    assert "From the role “reviewer” on" in page and "All members" in page
    events = [line.split('"')[0] for line in page.split('name="reach:')[1:]]
    chosen = {f"reach:{event}": "none" for event in events} | {f"mail:{event}": "off" for event in events}
    said = admin.post("/institution/notices/", chosen, follow=True).text
    assert "It counts for everybody who has not chosen otherwise." in said
    assert 'value="none" selected' in viewer.get("/notices/settings/").text
    assert (
        "is not one of the available choices"
        in admin.post("/institution/notices/", chosen | {"reach:submission.completed": "x"}).text
    )
