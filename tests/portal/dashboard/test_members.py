"""The pages of members, as an administrator uses them."""

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.errors import AccountElsewhere
from portal.accounts.models import Institution, Membership, User
from portal.audit.services import record
from portal.audit.tags import AuditTag
from tests.portal.accounts.test_members import UserPool, user_pool  # noqa: F401
from tests.portal.dashboard.conftest import member, sign_in

pytestmark = pytest.mark.django_db
LIST = "/institution/members/"
NEW = {"email": "New@Alpine-AM.example", "name": "Nora New", "role": "uploader"}


@pytest.fixture
def ada(alpine: Institution) -> User:
    """The administrator."""
    found = member(alpine, "ada", "admin")
    User.objects.filter(pk=found.pk).update(last_login=timezone.now())
    return found


@pytest.fixture
def admin(ada: User, user_pool: UserPool) -> Client:  # noqa: F811
    return sign_in(ada, "alpine-am")


def page_of(user: User) -> str:
    return f"{LIST}{user.pk}/"


def test_the_list_shows_the_own_members_with_role_and_last_sign_in(
    admin: Client, anna: User, borealis: Institution
) -> None:
    stranger = member(borealis, "bob", "admin")
    text = admin.get(LIST).text
    assert anna.email in text and "Uploader" in text and "Not yet" in text
    assert "2 members" in text
    assert stranger.email not in text
    assert "Uploads, continues and withdraws files" in text, "what the role may do stands beside it"


def test_an_invitation_from_the_page_makes_a_member(
    admin: Client,
    alpine: Institution,
    user_pool: UserPool,  # noqa: F811
) -> None:
    answer = admin.post(LIST, NEW, follow=True)
    assert "An invitation is on its way to new@alpine-am.example." in answer.text
    made = Membership.objects.get(user__email="new@alpine-am.example")
    assert (made.institution, made.role, made.user.name) == (alpine, "uploader", "Nora New")
    assert "Send the invitation again" in admin.get(page_of(made.user)).text
    assert admin.post(f"{page_of(made.user)}again/").status_code == 302
    assert [each["act"] for each in user_pool.asked] == ["invite", "invite"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"name": ""}, "Say what the person is called."),
        ({"role": "owner"}, "owner is not one of the available choices"),
        ({"email": "ANNA@alpine-am.example"}, "This person is a member already."),
    ],
)
def test_a_form_that_is_wrong_says_where(
    admin: Client,
    anna: User,
    user_pool: UserPool,  # noqa: F811
    changed: dict[str, str],
    said: str,
) -> None:
    answer = admin.post(LIST, NEW | changed)
    assert said in answer.text and 'aria-invalid="true"' in answer.text
    assert user_pool.asked == []


def test_an_address_in_use_elsewhere_is_refused_by_its_field(
    admin: Client,
    user_pool: UserPool,  # noqa: F811
) -> None:
    user_pool.fails = AccountElsewhere()
    assert "There is an account with this address already" in admin.post(LIST, NEW).text
    assert not User.objects.filter(name="Nora New").exists()


def test_a_role_changed_on_the_page_counts_for_the_next_one(
    admin: Client, anna: User, uploader: Client
) -> None:
    assert uploader.get("/submissions/upload/").status_code == 200
    said = admin.post(page_of(anna), {"role": "viewer"}, follow=True).text
    assert "has the role “viewer” from now on" in said
    assert uploader.get("/submissions/upload/").status_code == 403


def test_the_last_sign_ins_stand_on_the_page_of_a_member(admin: Client, anna: User) -> None:
    for address in ("192.0.2.7", "192.0.2.8"):
        record(
            tag=AuditTag.SIGNED_IN, institution_id=anna.membership.institution_id, actor_id=anna.pk,
            subject_id=anna.pk, address=address,
        )  # fmt: skip
    text = admin.get(page_of(anna)).text
    assert text.index("192.0.2.8") < text.index("192.0.2.7")


def test_who_is_removed_is_signed_out_with_their_next_click(
    admin: Client, anna: User, uploader: Client
) -> None:
    assert uploader.get("/submissions/").status_code == 200
    assert "Tick the box" in admin.post(f"{page_of(anna)}remove/").text
    assert uploader.get("/submissions/").status_code == 200
    assert "signed out everywhere" in admin.post(f"{page_of(anna)}remove/", {"sure": "on"}, follow=True).text
    answer = uploader.get("/submissions/")
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
    assert admin.get(page_of(anna)).status_code == 404


def test_the_last_administrator_is_told_why_they_stay(admin: Client, ada: User) -> None:
    for address, form in ((page_of(ada), {"role": "viewer"}), (f"{page_of(ada)}remove/", {"sure": "on"})):
        assert "Somebody has to be able to manage your institution" in admin.post(address, form).text
    assert admin.get(LIST).status_code == 200


def test_an_administrator_of_another_institution_finds_nobody(
    outsider: Client,
    anna: User,
    user_pool: UserPool,  # noqa: F811
) -> None:
    calls = [("", {"role": "admin"}), ("again/", {}), ("remove/", {"sure": "on"})]
    assert [outsider.post(page_of(anna) + end, form).status_code for end, form in calls] == [404] * 3
    assert outsider.get(page_of(anna)).status_code == 404
    assert user_pool.asked == []
