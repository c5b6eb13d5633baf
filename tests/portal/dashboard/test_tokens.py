"""The pages of service accounts and API tokens, as an administrator uses them."""

import re

import pytest
from django.test import Client

from portal.accounts.models import ApiToken, Institution, Membership, ServiceAccount, User
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now
from tests.portal import programs
from tests.portal.dashboard.conftest import member, sign_in

pytestmark = pytest.mark.django_db
LIST = "/institution/tokens/"


@pytest.fixture
def ada(alpine: Institution) -> User:
    """The administrator."""
    return member(alpine, "ada", "admin")


@pytest.fixture
def admin(ada: User) -> Client:
    return sign_in(ada, "alpine-am")


@pytest.fixture
def account(alpine: Institution, anna: User) -> ServiceAccount:
    return programs.account_of(alpine, anna, name="Nightly report", purpose="Says what is late.")


def page_of(account: ServiceAccount) -> str:
    return f"{LIST}{account.pk}/"


def test_from_nothing_to_a_program_that_reads(admin: Client, ada: User) -> None:
    assert "No program has access yet" in admin.get(LIST).text
    form = {"name": "Nightly report", "purpose": "Says what is late.", "responsible": str(ada.pk)}
    page = admin.post(LIST, form, follow=True)
    assert "It reads nothing until you make a token for it." in page.text and "No token yet" in page.text
    account = ServiceAccount.objects.get()
    answer = admin.post(f"{page_of(account)}new/", {"name": "Server", "scopes": ["grants"], "days": "30"})
    [secret] = re.findall(r"data-secret>([^<]+)<", answer.text)
    assert answer["Cache-Control"] == "no-store"
    assert programs.sending(secret).get("/api/v1/grants/").status_code == 200
    shown = admin.get(page_of(account)).text
    assert secret not in shown and f"{secret[:8]}…" in shown
    assert "Server" in shown and "127.0.0.1" in shown and "Valid" in shown


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Say where the token is used"),
        ({"scopes": []}, "Choose at least one thing that the token reads."),
        ({"scopes": []}, 'href="#id_scopes_0"'),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"days": "3650"}, "3650 is not one of the available choices"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_by_its_field(
    admin: Client, account: ServiceAccount, changed: dict[str, object], said: str
) -> None:
    form = {"name": "Server", "scopes": ["grants"], "days": "30"} | changed
    answer = admin.post(f"{page_of(account)}new/", form)
    assert said in answer.text and 'aria-invalid="true"' in answer.text
    assert not ApiToken.objects.exists()


def test_a_service_account_that_cannot_be_made_is_refused_by_its_field(
    admin: Client, account: ServiceAccount, outsider: Client, ada: User
) -> None:
    form = {"name": "Another", "purpose": "Says what is late.", "responsible": str(ada.pk)}
    bob = User.objects.get(subject="bob")
    for changed, said in (
        ({"name": ""}, "Say what the program is called."),
        ({"name": account.name}, "Another service account of your institution has this name."),
        ({"purpose": ""}, "Say what the program reads, and why."),
        ({"responsible": str(bob.pk)}, "is not one of the available choices"),
    ):
        answer = admin.post(LIST, form | changed)
        assert said in answer.text and 'aria-invalid="true"' in answer.text
    assert ServiceAccount.objects.count() == 1


def test_a_revoked_token_is_refused_with_the_next_call(admin: Client, account: ServiceAccount) -> None:
    token, secret = programs.token_of(account, name="Server")
    assert programs.sending(secret).get("/api/v1/grants/").status_code == 200
    page = admin.post(f"{page_of(account)}{token.pk}/revoke/", follow=True).text
    assert "The token “Server” is revoked." in page and "Revoked" in page
    assert programs.sending(secret).get("/api/v1/grants/").status_code == 401
    assert f"{token.pk}/revoke/" not in page, "there is nothing left to revoke"


def test_an_ended_account_is_gone_with_its_tokens(admin: Client, account: ServiceAccount) -> None:
    _, secret = programs.token_of(account)
    page = admin.post(f"{page_of(account)}end/", follow=True).text
    assert "Nightly report has ended, and each of its tokens with it." in page
    assert programs.sending(secret).get("/api/v1/grants/").json()["code"] == "API_TOKEN_REVOKED"
    assert admin.get(page_of(account)).status_code == 404


def test_it_shows_who_answers_for_a_program_and_that_they_have_left(
    admin: Client, account: ServiceAccount, anna: User, ada: User
) -> None:
    for address in (LIST, page_of(account)):
        assert "Anna" in admin.get(address).text
        assert "Has left" not in admin.get(address).text
    Membership.objects.filter(user=anna).delete()
    for address in (LIST, page_of(account)):
        assert "Has left" in admin.get(address).text
    admin.post(page_of(account), {"purpose": "Else.", "responsible": str(ada.pk)})
    page = admin.get(page_of(account)).text
    assert "Has left" not in page and "Else." in page


def test_who_removes_a_member_is_reminded_of_their_tokens(
    admin: Client, account: ServiceAccount, anna: User, ada: User
) -> None:
    page, reminder = f"/institution/members/{anna.pk}/", "API token that this person made stays valid."
    token, _ = programs.token_of(account)
    assert reminder in admin.get(page).text
    assert reminder not in admin.get(f"/institution/members/{ada.pk}/").text
    admin.post(f"{page_of(account)}{token.pk}/revoke/")
    assert reminder not in admin.get(page).text


def test_the_audit_trail_calls_a_program_by_its_name(admin: Client, account: ServiceAccount) -> None:
    token, _ = programs.token_of(account, last_used_at=now())
    record(
        tag=AuditTag.API_TOKEN_USED, institution_id=account.institution_id, actor_id=account.pk,
        subject_id=token.pk, address="192.0.2.7",
    )  # fmt: skip
    assert "Nightly report" in admin.get("/audit/").text
