"""Every address x every kind of caller. An address, or a method of one, without a line in POLICIES fails."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from ingestion.schedule.models import Expectation
from ingestion.web.models import ColumnMapping, RulebookVersion, Submission
from ingestion.web.states import State
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from sharing.models import AcceptanceCheck, Copy
from tests.ingestion.aws.conftest import pool, rsa_key  # noqa: F401
from tests.ingestion.web import test_webhook as webhook
from tests.ingestion.web.test_webhook import callback_key  # noqa: F401
from tests.portal import recorded, to_do
from tests.portal.accepting import NOWHERE
from tests.portal.accounts.test_members import user_pool  # noqa: F401
from tests.portal.calling import NO_SUCH_METHOD, call, person  # noqa: F401
from tests.portal.dashboard.conftest import (  # noqa: F401
    Make,
    alpine,
    anna,
    borealis,
    checked,
    embedded_store,
    make,
    receipt_key,
    rulebook,
    sign_in,
    store,
    unknown,
)
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401
from tests.portal.decided import deployed, expectation, mapping  # noqa: F401
from tests.portal.key_history import key_history  # noqa: F401
from tests.portal.own_rules import function  # noqa: F401
from tests.portal.policies import (
    CALLERS,
    NEEDS_SIGN_IN,
    NOT_ALLOWED,
    NOT_FOUND,
    POLICIES,
    ROLES,
    TOKENS,
    Answer,
    Policy,
)
from tests.portal.routes import ROUTES
from tests.portal.unrecorded import ACTS, Unrecorded, unrecorded  # noqa: F401

pytestmark = [pytest.mark.aws, pytest.mark.django_db]

DECIDED = [AuditTag.MAPPING_SAVED, AuditTag.MAPPING_SET_ASIDE, AuditTag.RULEBOOK_SAVED,
           AuditTag.EXPECTATION_SET, AuditTag.EXPECTATION_CHANGED, AuditTag.EXPECTATION_REMOVED,
           AuditTag.DEADLINE_ZONE_SET]  # fmt: skip
REFUSED = (NEEDS_SIGN_IN, NOT_ALLOWED)
"""Before anything of the address is looked at: such callers of one address share what it needs."""
# `home` is the public page or a member's own; these two are answered before the addresses are looked up
HOME = "home"
OUTSIDE = ("/healthz", "/static/js/theme.js")


def decisions() -> list[Any]:
    return [
        *ColumnMapping.objects.values_list("sha256"),
        *RulebookVersion.objects.exclude(sha256=NOWHERE).values_list("sha256"),  # it is what a test asks by
        *Expectation.objects.exclude(business_days=5).values_list("business_days"),  # 5 is what a test set
    ]


def answer_of(name: str, response: Any) -> Answer:
    if name.startswith("api_"):
        return NEEDS_SIGN_IN if response.status_code == 401 else response.status_code
    if response.status_code == 302 and response["Location"].startswith("/sign-in/?next="):
        return NEEDS_SIGN_IN
    status: int = response.status_code
    return status


@pytest.mark.parametrize(
    ("name", "method", "who"),
    [(*key, who) for key, policy in POLICIES.items() for who in CALLERS if policy.answer(who) not in REFUSED],
)
def test_whoever_passes_gets_exactly_what_the_policy_says(
    call: Callable[..., Any],  # noqa: F811
    name: str,
    method: str,
    who: str,
) -> None:
    gets_what_the_policy_says(call, name, method, who)


@pytest.mark.parametrize(
    ("name", "method"),
    [key for key, policy in POLICIES.items() if any(policy.answer(who) in REFUSED for who in CALLERS)],
)
def test_everybody_else_is_refused_and_changes_nothing(
    call: Callable[..., Any],  # noqa: F811
    name: str,
    method: str,
) -> None:
    for who in CALLERS:
        if POLICIES[name, method].answer(who) in REFUSED:
            gets_what_the_policy_says(call, name, method, who)


def gets_what_the_policy_says(call: Callable[..., Any], name: str, method: str, who: str) -> None:  # noqa: F811
    policy = POLICIES[name, method]
    expected = policy.answer(who)
    refused = expected in (*REFUSED, NOT_FOUND)
    before = list(Submission.objects.values_list("id", flat=True)) if refused else []
    decided = decisions() if refused else []
    response = call(name, method, who, policy)
    assert answer_of(name, response) == expected, who
    if expected == policy.ok and policy.role and method != "GET":
        idle = name in to_do.IDLE and who.startswith("B")
        records = 0 if idle else recorded.expected(name, method)
        assert recorded.recorded(response, institution_of(who)) == records, who
        if name in to_do.DONE_ONCE:
            again = response.client.generic(method, response.wsgi_request.get_full_path())
            assert answer_of(name, again) == expected and not recorded.recorded(again, institution_of(who))
    if refused:
        made = Submission.objects.exclude(pk__in=before)
        assert {one.state for one in made} <= {policy.subject}, f"{who} is refused and changes nothing"
        assert all(one.attempt == 1 for one in made)
        # what belongs to the other institution was put there for it not to be found
        assert decided == decisions() or expected == NOT_FOUND
        assert not AuditRecord.objects.filter(tag__in=DECIDED).exists()


@pytest.mark.parametrize(("name", "method"), ACTS)
def test_without_its_record_nothing_of_an_act_stays(
    call: Callable[..., Any],  # noqa: F811
    unrecorded: Unrecorded,  # noqa: F811
    name: str,
    method: str,
) -> None:
    policy = POLICIES[name, method]
    assert unrecorded.change(lambda: call(name, method, "A-admin", policy)) == set()
    assert unrecorded.tried, "else this would say nothing"


def institution_of(who: str) -> Institution:
    return Institution.objects.get(code="alpine-am" if who.startswith("A") else "borealis-insurance")


@pytest.mark.parametrize(
    ("name", "method"), [key for key, policy in POLICIES.items() if key[0].startswith("api_") and policy.role]
)
def test_every_program_gets_exactly_what_the_policy_says(
    call: Callable[..., Any],  # noqa: F811
    name: str,
    method: str,
) -> None:
    policy, decided = POLICIES[name, method], decisions()
    for who in TOKENS:
        response = call(name, method, who, policy)
        assert answer_of(name, response) == policy.answer(who), who
        if response.status_code == NOT_ALLOWED:
            assert response.json()["code"] == refusal(policy, method), who
        assert {one.attempt for one in Submission.objects.all()} <= {1}
        AcceptanceCheck.objects.all().delete()
        Copy.objects.all().delete()
        Submission.objects.all().delete()
    assert decisions() == decided


def refusal(policy: Policy, method: str) -> str:
    """With which code a program is refused."""
    if method != "GET":
        return "API_TOKEN_READS_ONLY"
    return "SCOPE_MISSING" if policy.scope else "ID_TOKEN_NEEDED"


@pytest.mark.parametrize("who", CALLERS)
def test_the_start_page_is_for_everybody_and_of_a_member_their_own(
    person: Callable[[str], User | None],  # noqa: F811
    who: str,
) -> None:
    user = person(who)
    client = (
        sign_in(user, {"A": "alpine-am", "B": "borealis-insurance"}.get(who[0], "")) if user else Client()
    )
    answer = client.get("/")
    assert answer.status_code == (NOT_ALLOWED if who == "no-institution" else 200)
    assert ("What needs you now" in answer.text) == (who in ROLES)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("address", OUTSIDE)
def test_health_and_static_files_are_for_everybody(
    person: Callable[[str], User | None],  # noqa: F811
    settings: Any,
    address: str,
    who: str,
) -> None:
    settings.WHITENOISE_AUTOREFRESH = False  # as it runs
    user = person(who)
    client = sign_in(user, "alpine-am") if user else Client()
    assert client.get(address).status_code == 200
    assert client.get("/static/../manage.py").status_code == 404


def test_every_address_has_a_policy_and_every_policy_an_address() -> None:
    assert "" not in ROUTES, "an address without a name"
    assert {name for name, _ in POLICIES} | {HOME} == set(ROUTES)


def test_every_operation_of_the_api_document_has_a_policy() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    by_pattern = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{pattern}"): name for name, pattern in ROUTES.items()}
    told = {(by_pattern[path], method.upper()) for path, methods in paths.items() for method in methods}
    assert told == {key for key in POLICIES if key[0].startswith("api_")} - {("api_schema", "GET")}


@pytest.mark.parametrize("name", sorted(set(ROUTES)))
def test_a_method_without_a_policy_is_answered_by_nobody(call: Callable[..., Any], name: str) -> None:  # noqa: F811
    known = {method for route, method in POLICIES if route == name} or {"GET"}
    first, *others = sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - known)
    policy = Policy(NO_SUCH_METHOD, Role.VIEWER, subject=State.NEEDS_SIGN_IN)
    answer = call(name, first, "A-admin", policy)
    address = answer.wsgi_request.get_full_path()
    codes = {method: answer.client.generic(method, address).status_code for method in others}
    assert codes | {first: answer.status_code} == dict.fromkeys([first, *others], NO_SUCH_METHOD)


def test_lists_hold_the_own_institution_s_submissions_only(
    person: Callable[[str], User | None],  # noqa: F811
    make: Make,  # noqa: F811
) -> None:
    mine = make(State.COMPLETED)
    admin, stranger = person("A-admin"), person("B-admin")
    assert admin is not None
    assert stranger is not None
    address = f"/submissions/{mine.id}/"
    assert address in sign_in(admin, "alpine-am").get("/submissions/").text
    assert address not in sign_in(stranger, "borealis-insurance").get("/submissions/").text


def test_the_signature_alone_opens_the_webhook(make: Make, callback_key: None) -> None:  # noqa: F811
    submission = make(State.RUNNING)
    event = webhook.Run().events(submission)[0]
    assert webhook.post(event.body(), signature="AAAA").status_code == 403
    assert webhook.post(event.body()).status_code == 200
