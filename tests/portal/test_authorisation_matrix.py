"""Every address x every kind of caller. An address, or a method of one, without a line in POLICIES fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.generators import SchemaGenerator

from ingestion.web.models import Submission
from ingestion.web.states import State
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.ingestion.web import test_webhook as webhook
from tests.ingestion.web.test_webhook import callback_key  # noqa: F401
from tests.portal.dashboard.conftest import (  # noqa: F401
    AREAS,
    Make,
    alpine,
    anna,
    borealis,
    checked,
    embedded_store,
    make,
    member,
    sign_in,
    store,
)
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.dashboard.test_actions import parking  # noqa: F401

pytestmark = [pytest.mark.aws, pytest.mark.django_db]

ROLES = {"A-viewer": Role.VIEWER, "A-uploader": Role.UPLOADER, "A-reviewer": Role.REVIEWER,
         "A-admin": Role.ADMIN, "B-admin": Role.ADMIN}  # fmt: skip
CALLERS = ("anonymous", *ROLES, "no-institution")
NEEDS_SIGN_IN, NOT_ALLOWED, NOT_FOUND = "sign-in", 403, 404
Answer = int | str


@dataclass(frozen=True)
class Policy:
    """Who passes: `role` in the own institution (None: everybody, also nobody in particular).

    `of_a`: it belongs to institution A. `only_uploader`: to the person who uploaded it. `signed`: to the
    holder of the callback key. `subject`: the state its submission needs.
    """

    ok: int
    role: Role | None = None
    of_a: bool = False
    only_uploader: bool = False
    signed: bool = False
    subject: State = State.COMPLETED

    def answer(self, who: str) -> Answer:
        """What this caller must get."""
        if self.signed:
            return NOT_ALLOWED
        if self.role is None:
            return self.ok
        if who == "anonymous":
            return NEEDS_SIGN_IN
        if who == "no-institution" or not ROLES[who].includes(self.role):
            return NOT_ALLOWED
        if self.of_a and who == "B-admin":
            return NOT_FOUND
        return NOT_ALLOWED if self.only_uploader and who != "A-uploader" else self.ok


def of_a(ok: int = 200, role: Role = Role.VIEWER, **more: Any) -> Policy:
    return Policy(ok, role, of_a=True, **more)


PUBLIC, LEADS_ON = Policy(200), Policy(302)
POLICIES: dict[tuple[str, str], Policy] = {
    ("sign_in", "GET"): PUBLIC,
    ("signed_out", "GET"): PUBLIC,
    ("sign_out", "POST"): LEADS_ON,
    ("oidc_authentication_init", "GET"): LEADS_ON,
    ("oidc_authentication_callback", "GET"): LEADS_ON,  # without a state of this session: to the sign-in
    ("submissions", "GET"): Policy(200, Role.VIEWER),
    ("upload", "GET"): Policy(200, Role.UPLOADER),
    ("upload", "POST"): Policy(200, Role.UPLOADER),
    ("submission", "GET"): of_a(),
    ("submission_live", "GET"): of_a(),
    ("findings", "GET"): of_a(),
    ("findings_xlsx", "GET"): of_a(),
    ("findings_csv", "GET"): of_a(),
    ("original", "GET"): of_a(),
    ("continue_submission", "POST"): of_a(302, Role.UPLOADER, subject=State.NEEDS_SIGN_IN),
    ("run_again", "POST"): of_a(302, Role.UPLOADER, subject=State.FAILED),
    ("rules", "GET"): Policy(200, Role.VIEWER),
    ("rule", "GET"): Policy(200, Role.VIEWER),
    ("templates", "GET"): Policy(200, Role.VIEWER),
    ("template_file", "GET"): Policy(200, Role.VIEWER),
    ("withdraw", "GET"): of_a(200, Role.UPLOADER, subject=State.RUNNING),
    ("withdraw", "POST"): of_a(302, Role.UPLOADER, only_uploader=True, subject=State.RUNNING),
    ("events", "POST"): Policy(200, signed=True),
    ("api_sign_in", "GET"): PUBLIC,
    ("api_schema", "GET"): PUBLIC,
    ("api_submissions", "GET"): Policy(200, Role.VIEWER),
    ("api_submissions", "POST"): Policy(201, Role.UPLOADER),
    ("api_submission", "GET"): of_a(),
    ("api_findings", "GET"): of_a(),
}
# `home` leads members on; these two are answered before the addresses are looked up
HOME = "home"
OUTSIDE = ("/healthz", "/static/js/theme.js")
WITH_RESULTS = {"submission", "submission_live", "findings", "findings_xlsx", "findings_csv", "original",
                "api_submission", "api_findings"}  # fmt: skip
PLACES = {"rule": ["TPT", "7.0", "TPT-P02-NET-ASSETS"], "template_file": ["TPT", "7.0", "guide"]}
"""What stands in addresses that are not those of a submission."""
GET_OF_OTHERS = {("withdraw", "A-reviewer"), ("withdraw", "A-admin")}  # told on the page that only Anna may


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """(name, address pattern) of every address."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, prefix + str(one.pattern))
        else:
            yield one.name or "", prefix + str(one.pattern)


ROUTES = dict(routes())


@pytest.fixture
def deployed(store: Any, parking: None) -> None:  # noqa: F811
    """A store for both institutions and a key to park tokens under, as a deployed system has them."""
    for area in AREAS:
        place = {"LocationConstraint": "eu-central-1"}
        bucket = f"fundgate-000000000000-borealis-insurance-{area}"
        if bucket not in {found["Name"] for found in store.list_buckets()["Buckets"]}:
            store.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
            store.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@pytest.fixture
def person(alpine: Institution, borealis: Institution, anna: User) -> Callable[[str], User | None]:  # noqa: F811
    def found(who: str) -> User | None:
        if who == "anonymous":
            return None
        if who == "A-uploader":
            return anna
        if who == "no-institution":
            return User.objects.create(issuer=anna.issuer, subject=who, email="nina@new.example")
        return member(alpine if who.startswith("A") else borealis, who, ROLES[who])

    return found


@pytest.fixture
def call(
    person: Callable[[str], User | None],
    make: Make,  # noqa: F811
    callback_key: None,  # noqa: F811
    request: pytest.FixtureRequest,
) -> Callable[..., Any]:
    """Sends one request as one caller: with a session to pages, with a bearer token to the API."""

    def called(name: str, method: str, who: str, policy: Policy) -> Any:
        subject = None
        if policy.answer(who) in (policy.ok, NOT_FOUND) and (method == "POST" or name in WITH_RESULTS):
            request.getfixturevalue("deployed")  # who is refused before that needs none of it
        if "submission_id" in ROUTES[name]:
            real = name in WITH_RESULTS and policy.answer(who) in (policy.ok, NOT_FOUND)
            subject = request.getfixturevalue("checked") if real else make(policy.subject)
        address = reverse(name, args=[subject.id] if subject else PLACES.get(name, []))
        return client(name, who).generic(method, address, **body_of(name, method))

    def client(name: str, who: str) -> Client:
        user = person(who)
        groups = {"A": ["alpine-am"], "B": ["borealis-insurance"]}.get(who[0], [])
        if user is None:
            return Client()
        if not name.startswith("api_"):
            return sign_in(user, *groups)
        pool: Pool = request.getfixturevalue("pool")  # noqa: F811
        request.getfixturevalue("settings").FUNDGATE_JWKS_URL = pool.url
        token = pool.token(iss=user.issuer, sub=user.subject, **{"cognito:groups": groups})
        return Client(headers={"Authorization": f"Bearer {token}"})

    return called


def body_of(name: str, method: str) -> dict[str, Any]:
    if name == "events":
        return {"data": b"{}", "content_type": "application/json"}
    if method != "POST" or name not in ("upload", "api_submissions"):
        return {}
    field = "files" if name == "upload" else "file"
    body = encode_multipart(BOUNDARY, {field: SimpleUploadedFile("a.csv", DELIVERY)})
    return {"data": body, "content_type": MULTIPART_CONTENT}


def answer_of(name: str, response: Any) -> Answer:
    if name.startswith("api_"):
        return NEEDS_SIGN_IN if response.status_code == 401 else response.status_code
    if response.status_code == 302 and response["Location"].startswith("/sign-in/?next="):
        return NEEDS_SIGN_IN
    status: int = response.status_code
    return status


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(("name", "method"), POLICIES, ids=lambda part: part)
def test_every_caller_gets_exactly_what_the_policy_says(
    call: Callable[..., Any], name: str, method: str, who: str
) -> None:
    policy = POLICIES[name, method]
    expected = policy.answer(who)
    if method == "GET" and (name, who) in GET_OF_OTHERS:
        expected = 302
    before = list(Submission.objects.order_by("id").values_list("id", "state"))
    response = call(name, method, who, policy)
    assert answer_of(name, response) == expected
    if expected in (NEEDS_SIGN_IN, NOT_ALLOWED, NOT_FOUND):
        made = Submission.objects.exclude(pk__in=[pk for pk, _ in before])
        assert {one.state for one in made} <= {policy.subject}, "a refused caller changes nothing"
        assert all(one.attempt == 1 for one in made)


@pytest.mark.parametrize("who", CALLERS)
def test_the_start_page_leads_whoever_is_signed_in_on(person: Callable[[str], User | None], who: str) -> None:
    user = person(who)
    client = sign_in(user, "alpine-am") if user else Client()
    assert client.get("/").status_code == (200 if user is None else 302)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("address", OUTSIDE)
def test_health_and_static_files_are_for_everybody(
    person: Callable[[str], User | None], address: str, who: str
) -> None:
    user = person(who)
    client = sign_in(user, "alpine-am") if user else Client()
    assert client.get(address).status_code == 200
    assert client.get("/static/../manage.py").status_code == 404


def test_every_address_has_a_policy_and_every_policy_an_address() -> None:
    assert "" not in ROUTES, "an address without a name"
    assert {name for name, _ in POLICIES} | {HOME} == set(ROUTES)


def test_every_operation_of_the_api_document_has_a_policy() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    by_pattern = {
        f"/{pattern}".replace("<uuid:", "{").replace(">", "}"): name for name, pattern in ROUTES.items()
    }
    told = {(by_pattern[path], method.upper()) for path, methods in paths.items() for method in methods}
    assert told == {key for key in POLICIES if key[0].startswith("api_")} - {("api_schema", "GET")}


@pytest.mark.parametrize("name", sorted(set(ROUTES)))
def test_a_method_without_a_policy_is_answered_by_nobody(
    call: Callable[..., Any],
    make: Make,  # noqa: F811
    name: str,
) -> None:
    known = {method for route, method in POLICIES if route == name} or {"GET"}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        Submission.objects.all().delete()
        User.objects.filter(subject="A-admin").delete()
        policy = Policy(405, Role.VIEWER, subject=State.NEEDS_SIGN_IN)
        assert call(name, method, "A-admin", policy).status_code == 405, method


def test_lists_hold_the_own_institution_s_submissions_only(
    person: Callable[[str], User | None],
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
