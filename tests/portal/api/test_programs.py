"""The API as a program with an API token meets it: metadata, codes that say why not, and no page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, Institution, Membership, ServiceAccount, Tally
from portal.accounts.programs.program import Program
from portal.accounts.programs.scopes import Scope
from portal.audit.models import AuditRecord
from portal.common.time import now
from portal.notices.events import Event
from tests.portal import programs
from tests.portal.notices.subjects import announcement
from tests.portal.policies import POLICIES
from tests.portal.routes import ROUTES

pytestmark = pytest.mark.django_db
SUBMISSIONS, GRANTS = "/api/v1/submissions/", "/api/v1/grants/"


@pytest.fixture
def account(alpine: Institution, admin: Actor) -> ServiceAccount:
    return programs.account_of(alpine, admin.user)


@pytest.fixture
def program(account: ServiceAccount) -> Client:
    """It reaches submissions and notices."""
    return programs.sending(programs.token_of(account, [Scope.SUBMISSIONS, Scope.NOTICES])[1])


def test_a_program_reads_what_its_token_reaches_and_leaves_its_address(program: Client) -> None:
    answer = program.get(SUBMISSIONS)
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
    token = ApiToken.objects.get()
    assert token.last_used_at is not None and token.last_address == "127.0.0.1"
    assert list(AuditRecord.objects.values_list("tag", flat=True)) == ["api:token:first-used-here"]


@pytest.mark.parametrize(
    ("method", "address", "code", "words"),
    [
        ("get", GRANTS, "SCOPE_MISSING", "“grants”"),
        ("get", "/api/v1/rulebook/", "ID_TOKEN_NEEDED", "needs the ID token of a person"),
        ("get", "/api/v1/webhooks/", "ID_TOKEN_NEEDED", "needs the ID token of a person"),
        ("post", SUBMISSIONS, "API_TOKEN_READS_ONLY", "ID token of a person who may do this"),
    ],
)
def test_what_is_out_of_reach_is_refused_in_words_and_counted(
    program: Client, method: str, address: str, code: str, words: str
) -> None:
    answer = getattr(program, method)(address)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert words in answer.json()["detail"]
    assert Tally.objects.get(kind="denied").count == 1
    assert not AuditRecord.objects.filter(tag="api:access:denied").exists()


def test_a_refused_token_is_named_and_counted(account: ServiceAccount, admin: Actor) -> None:
    secret = programs.token_of(account)[1]
    assert programs.sending(secret).get(GRANTS).status_code == 200

    def code(sent: str) -> str:
        answer = programs.sending(sent).get(GRANTS)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        return str(answer.json()["code"])

    assert code("fgt_unknown") == "API_TOKEN_INVALID"
    ApiToken.objects.update(expires_at=now())
    assert code(secret) == "API_TOKEN_EXPIRED"
    ApiToken.objects.update(revoked_at=now())
    assert code(secret) == "API_TOKEN_REVOKED"
    assert code("x.y.z") == "TOKEN_INVALID", "of an ID token too"
    assert Tally.objects.get(kind="refused").count == 4
    assert not AuditRecord.objects.filter(tag="api:token:refused").exists()


def test_who_calls_too_often_is_told_when_to_come_back(
    program: Client, account: ServiceAccount, settings: Any
) -> None:
    settings.FUNDGATE_TOKEN_CALLS_PER_MINUTE = settings.FUNDGATE_REFUSED_PER_MINUTE = 1
    stranger = programs.sending("fgt_unknown")
    assert (program.get(SUBMISSIONS).status_code, stranger.get(SUBMISSIONS).status_code) == (200, 401)
    for caller in (program, stranger):
        answer = caller.get(SUBMISSIONS)
        assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_CALLS")
        assert 1 <= int(answer["Retry-After"]) <= 60
    other = programs.sending(programs.token_of(account)[1])
    assert other.get(SUBMISSIONS).status_code == 200, "from the same address, with a token that is valid"


def test_a_program_reads_what_every_member_can_be_told_of(
    program: Client, alpine: Institution, borealis: Institution
) -> None:
    told = announcement(alpine)
    announcement(alpine, event=Event.WEBHOOK_FAILING)
    announcement(borealis)
    (row,) = program.get("/api/v1/notices/", {"unread": "true"}).json()["results"]
    assert (row["id"], row["event"], row["about"]) == (told.pk, "submission.completed", {"number": 7})
    assert row["read_at"] is None


def test_a_program_holds_nothing_that_opens_content() -> None:
    opening = {"credentials", "id_token", "tokens", "user", "role"}
    assert opening <= {*dir(Actor), *Actor.__dataclass_fields__}, "a person does"
    assert not opening & {*dir(Program), *Program.__dataclass_fields__}


def test_a_token_opens_no_page_and_is_no_session(program: Client) -> None:
    lists = [name for (name, method), policy in POLICIES.items() if method == "GET" and policy.role
             and not name.startswith("api_") and "<" not in ROUTES[name]]  # fmt: skip
    assert len(lists) > 20
    for name in lists:
        answer = program.get(reverse(name))
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/"), name
    assert not ApiToken.objects.filter(last_used_at__isnull=False).exists()


def test_a_token_ends_with_the_last_member(program: Client) -> None:
    assert program.get(SUBMISSIONS).status_code == 200
    Membership.objects.all().delete()
    assert program.get(SUBMISSIONS).json()["code"] == "API_TOKEN_REVOKED"


def test_the_document_says_which_operations_take_an_api_token() -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)
    by_pattern = {f"/{pattern}".replace("<uuid:", "{").replace("<str:", "{").replace("<int:", "{")
                  .replace(">", "}"): name for name, pattern in ROUTES.items()}  # fmt: skip
    taking = {
        (by_pattern[path], method.upper())
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if {"apiToken": []} in operation.get("security", [])
    }
    assert taking == {key for key, policy in POLICIES.items() if policy.scope}
    assert {"idToken", "apiToken"} == document["components"]["securitySchemes"].keys()
