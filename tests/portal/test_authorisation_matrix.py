"""Every address x every kind of caller. An address, or a method of one, without a line in POLICIES fails."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from ingestion.schedule.models import Expectation
from ingestion.web.models import ColumnMapping, RulebookVersion, Submission
from ingestion.web.states import State
from portal.accounts.models import Institution, User
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from sharing.models import Copy
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.ingestion.web import test_webhook as webhook
from tests.ingestion.web.decisions import mapping_of
from tests.ingestion.web.test_webhook import callback_key  # noqa: F401
from tests.portal import exchange, operating, programs, reviews, shared
from tests.portal.accounts.test_members import user_pool  # noqa: F401
from tests.portal.bodies import FINGERPRINT, MAPPING, body_of, decision_body
from tests.portal.custody import subjects as custody
from tests.portal.dashboard.conftest import (  # noqa: F401
    AREAS,
    CURRENT,
    Make,
    alpine,
    anna,
    borealis,
    checked,
    embedded_store,
    make,
    member,
    receipt_key,
    results_of,
    rulebook,
    sign_in,
    store,
    unknown,
    version_in_force,
)
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401
from tests.portal.notices import subjects as notices
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

pytestmark = [pytest.mark.aws, pytest.mark.django_db]

DECIDED = [AuditTag.MAPPING_SAVED, AuditTag.MAPPING_SET_ASIDE, AuditTag.RULEBOOK_SAVED,
           AuditTag.EXPECTATION_SET, AuditTag.EXPECTATION_CHANGED, AuditTag.EXPECTATION_REMOVED,
           AuditTag.DEADLINE_ZONE_SET]  # fmt: skip
# `home` is the public page or a member's own; these two are answered before the addresses are looked up
HOME = "home"
NO_SUCH_METHOD = 405
OUTSIDE = ("/healthz", "/static/js/theme.js")
WITH_RESULTS = {"submission", "submission_live", "findings", "first_findings", "row", "findings_xlsx",
                "findings_csv", "findings_json", "annotated", "table", "receipt", "original", "correct",
                "api_submission", "api_findings", "api_receipt", "api_file", "api_run",
                "submission_pipeline", "security"}  # fmt: skip
PLACES = {"rule": ["TPT", "7.0", "TPT-P02-NET-ASSETS"], "template_file": ["TPT", "7.0", "guide"],
          "table": ["holdings", "csv"], "receipt": ["pdf"], "api_file": ["annotated.xlsx"],
          "audit_export": ["csv"], "access_log_export": ["csv"], "row": [1]}  # fmt: skip
"""What stands in addresses beside a submission."""
DECISIONS = {"map_columns", "mappings", "mapping", "mapping_version", "restore_mapping", "set_mapping_aside",
             "rulebook", "new_own_rule", "own_rule", "rulebook_version", "restore_rulebook", "api_mapping",
             "api_mapping_versions", "api_mapping_version", "api_mappings", "api_rulebook"}  # fmt: skip


@pytest.fixture
def mapping(store: Any, alpine: Institution, anna: User) -> ColumnMapping:  # noqa: F811
    """A mapping of institution A that is in use."""
    body = json.dumps(MAPPING).encode()
    kept = store.put_object(Bucket=results_of(alpine), Key=f"control/mappings/{FINGERPRINT}.json", Body=body)
    saved = {"template": "HOLDINGS", "template_version": "1.0", "object_version": kept["VersionId"],
             "sha256": hashlib.sha256(body).hexdigest(), "saved_by": anna,
             "saved_at": timezone.now()}  # fmt: skip
    found = ColumnMapping.objects.create(institution=alpine, fingerprint=FINGERPRINT, **saved)
    found.versions.create(number=1, **saved)
    return found


@pytest.fixture
def expectation(alpine: Institution, anna: User) -> Expectation:  # noqa: F811
    """What is expected of institution A."""
    return Expectation.objects.create(
        institution=alpine, fund="LU0000000001", template="TPT", frequency="monthly",
        starts=date(2026, 1, 1), set_by=anna, set_at=timezone.now(),
    )  # fmt: skip


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
        # who is refused before that needs no store
        reaches = policy.answer(who) in (policy.ok, NOT_FOUND) and policy.ok != NO_SUCH_METHOD
        if reaches and (method in ("POST", "PUT") or name in WITH_RESULTS | DECISIONS):
            request.getfixturevalue("deployed")
        if reaches and "receipt" in name:
            request.getfixturevalue("receipt_key")
        if name in DECISIONS:
            return client(name, who).generic(method, *decision(name, who, reaches))
        if name in notices.SUBJECTS | set(notices.FORMS):
            return of_notices(name, method, who)
        if name in shared.NAMES:
            return of_shared(name, method, who, reaches)
        if name in custody.NAMES:
            if reaches:
                request.getfixturevalue("deployed")
            whose = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
            address = reverse(name, args=custody.arguments(name, *whose))
            return client(name, who).generic(method, address, **custody.sent(name, method))
        if name in exchange.SUBJECTS:
            alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
            subject_of_it = exchange.arguments(name, alpine, anna)
            sent = exchange.sent(name, method)
            return client(name, who).generic(method, reverse(name, args=subject_of_it), **sent)
        if name in operating.NAMES:
            alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
            subject_of_it = operating.arguments(name, alpine, anna)
            sent = operating.sent(name, method)
            return client(name, who).generic(method, reverse(name, args=subject_of_it), **sent)
        if name in reviews.SUBJECTS:
            return of_reviews(name, method, who, reaches)
        if "institution/members/" in ROUTES[name]:
            request.getfixturevalue("user_pool")
            anna = request.getfixturevalue("anna")
            subject = [anna.pk] if "member_id" in ROUTES[name] else []
            return client(name, who).generic(method, reverse(name, args=subject), **body_of(name, method))
        if "institution/tokens/" in ROUTES[name]:
            caller, by = client(name, who), request.getfixturevalue("anna")
            arguments = programs.arguments(name, request.getfixturevalue("alpine"), by)
            own = User.objects.filter(subject=who).first() if who.startswith("B") else None
            sent = programs.sent(name, method, own or by)
            return caller.generic(method, reverse(name, args=arguments), **sent)
        subject = None
        if "expectation_id" in ROUTES[name]:
            one = request.getfixturevalue("expectation")
            return client(name, who).generic(method, reverse(name, args=[one.id]), **body_of(name, method))
        if "submission_id" in ROUTES[name]:
            real = name in WITH_RESULTS and reaches
            subject = request.getfixturevalue("checked") if real else make(policy.subject)
        address = reverse(name, args=[*([subject.id] if subject else []), *PLACES.get(name, [])])
        return client(name, who).generic(method, address, **body_of(name, method))

    def of_notices(name: str, method: str, who: str) -> Any:
        """The subject is the caller's own in institution A, and Anna's for all others."""
        caller, settings = client(name, who), request.getfixturevalue("settings")
        reader = User.objects.filter(subject=who).first() if who.startswith("A") else None
        alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")  # noqa: F811
        settings.FUNDGATE_MAILBOX = folder = request.getfixturevalue("tmp_path")
        subject = notices.arguments(name, alpine, anna, reader or anna, folder)
        sent = notices.form(name) if method == "POST" else {}
        return caller.generic(method, reverse(name, args=subject), **sent)

    def of_reviews(name: str, method: str, who: str, reaches: bool) -> Any:
        """A release that Anna asked for, or a rule of a file of hers that warns."""
        real = reaches and name in reviews.OF_A_FILE
        subject: Any = request.getfixturevalue("checked") if real else make(State.COMPLETED)
        arguments = [reviews.acceptance_of(subject).id if name in reviews.OF_AN_ACCEPTANCE else subject.id]
        arguments += [reviews.warning()[0]] if name == "accept_rule" else []
        return client(name, who).generic(method, reverse(name, args=arguments), **reviews.sent(name, method))

    def of_shared(name: str, method: str, who: str, reaches: bool) -> Any:
        """A delivery that institution A received from institution B."""
        caller, arguments = client(name, who), []
        if reaches:
            request.getfixturevalue("deployed")
            request.getfixturevalue("receipt_key")
        if "copy_id" in ROUTES[name]:
            a, b = request.getfixturevalue("alpine"), request.getfixturevalue("borealis")
            store = request.getfixturevalue("store") if reaches else None
            arguments = shared.arguments(name, store, make(State.COMPLETED, institution=b), a)
        return caller.generic(method, reverse(name, args=arguments))

    def decision(name: str, who: str, reaches: bool) -> tuple[str, bytes, str]:
        """Address, body and content type for what is decided about mappings and the rulebook."""
        arguments: list[Any] = []
        if name == "map_columns":
            arguments = [(request.getfixturevalue("unknown") if reaches else make(State.COMPLETED)).id]
        elif "fingerprint" in ROUTES[name]:
            arguments = [request.getfixturevalue("mapping").fingerprint if reaches else FINGERPRINT]
            arguments += [1] if "number" in ROUTES[name] else []
        elif name in ("own_rule", "rulebook_version", "restore_rulebook"):
            if reaches:
                request.getfixturevalue("rulebook")
            arguments = ["OWN-1" if name == "own_rule" else 1]
        based_on = ""
        if reaches:
            institution = request.getfixturevalue("borealis" if who == "B-admin" else "alpine")
            key = CURRENT
            if name == "map_columns" or "fingerprint" in ROUTES[name]:
                shape = mapping_of()["fingerprint"] if name == "map_columns" else FINGERPRINT
                key = f"control/mappings/{shape}.json"
            based_on = version_in_force(request.getfixturevalue("store"), institution, key)
        return reverse(name, args=arguments), *decision_body(name, based_on)

    def client(name: str, who: str) -> Client:
        if who in TOKENS:
            return program(name, who)
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

    def program(name: str, who: str) -> Client:
        """A service account, for which somebody of its institution answers."""
        needed = POLICIES.get((name, "GET"), Policy(200)).scope
        by = person("A-uploader" if who.startswith("A") else "B-admin")
        assert by is not None
        scopes = [scope for scope in Scope if who != "A-token-without" or scope != needed]
        account = programs.account_of(by.membership.institution, by, name=who)
        return programs.sending(programs.token_of(account, scopes)[1])

    return called


def decisions() -> list[Any]:
    return [
        *ColumnMapping.objects.values_list("sha256"),
        *RulebookVersion.objects.values_list("sha256"),
        *Expectation.objects.exclude(business_days=5).values_list("business_days"),  # 5 is what a test set
    ]


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
    before = list(Submission.objects.order_by("id").values_list("id", "state"))
    decided = decisions()
    response = call(name, method, who, policy)
    assert answer_of(name, response) == expected
    if expected in (NEEDS_SIGN_IN, NOT_ALLOWED, NOT_FOUND):
        made = Submission.objects.exclude(pk__in=[pk for pk, _ in before])
        assert {one.state for one in made} <= {policy.subject}, "a refused caller changes nothing"
        assert all(one.attempt == 1 for one in made)
        # what belongs to the other institution was put there for it not to be found
        assert decided == decisions() or expected == NOT_FOUND
        assert not AuditRecord.objects.filter(tag__in=DECIDED).exists()


@pytest.mark.parametrize(
    ("name", "method"), [key for key, policy in POLICIES.items() if key[0].startswith("api_") and policy.role]
)
def test_every_program_gets_exactly_what_the_policy_says(
    call: Callable[..., Any], name: str, method: str
) -> None:
    policy, decided = POLICIES[name, method], decisions()
    for who in TOKENS:
        response = call(name, method, who, policy)
        assert answer_of(name, response) == policy.answer(who), who
        if response.status_code == NOT_ALLOWED:
            assert response.json()["code"] == refusal(policy, method), who
        assert {one.attempt for one in Submission.objects.all()} <= {1}
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
    person: Callable[[str], User | None], who: str
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
    person: Callable[[str], User | None], settings: Any, address: str, who: str
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
def test_a_method_without_a_policy_is_answered_by_nobody(
    call: Callable[..., Any],
    make: Make,  # noqa: F811
    name: str,
) -> None:
    known = {method for route, method in POLICIES if route == name} or {"GET"}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        Copy.objects.all().delete()
        Submission.objects.all().delete()
        User.objects.filter(subject="A-admin").delete()
        policy = Policy(NO_SUCH_METHOD, Role.VIEWER, subject=State.NEEDS_SIGN_IN)
        assert call(name, method, "A-admin", policy).status_code == NO_SUCH_METHOD, method


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
