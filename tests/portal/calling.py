"""One request as one kind of caller, to any address of the portal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.web.states import State
from portal.accounts.models import Institution, User
from portal.accounts.programs.scopes import Scope
from tests.ingestion.aws.conftest import Pool
from tests.ingestion.web.decisions import mapping_of
from tests.portal import accepting, exchange, operating, programs, reviews, shared, to_do
from tests.portal.bodies import FINGERPRINT, body_of, decision_body
from tests.portal.custody import subjects as custody
from tests.portal.dashboard.conftest import CURRENT, Make, member, sign_in, version_in_force
from tests.portal.notices import subjects as notices
from tests.portal.policies import NOT_FOUND, POLICIES, ROLES, TOKENS, Policy
from tests.portal.routes import ROUTES

NO_SUCH_METHOD = 405
WITH_RESULTS = {"submission", "submission_live", "findings", "first_findings", "row", "findings_xlsx",
                "findings_csv", "findings_json", "annotated", "table", "receipt", "original", "correct",
                "api_submission", "api_findings", "api_receipt", "api_file", "api_run",
                "submission_pipeline", "security"}  # fmt: skip
PLACES = {"rule": ["TPT", "7.0", "TPT-P02-NET-ASSETS"], "template_file": ["TPT", "7.0", "guide"],
          "table": ["holdings", "csv"], "receipt": ["pdf"], "api_file": ["annotated.xlsx"],
          "audit_export": ["csv"], "access_log_export": ["csv"], "row": [1]}  # fmt: skip
"""What stands in addresses beside a submission."""
DECISIONS = {"map_columns", "mappings", "mapping", "mapping_version", "restore_mapping", "set_mapping_aside",
             "rulebook", "new_own_rule", "own_rule", "rulebook_version", "restore_rulebook",
             "publish_rulebook", "withdraw_rulebook", "api_mapping", "api_mapping_versions",
             "api_mapping_version", "api_mappings", "api_rulebook"}  # fmt: skip
OF_A_RULEBOOK = {"own_rule", "rulebook_version", "restore_rulebook", "publish_rulebook", "withdraw_rulebook"}


@pytest.fixture
def person(alpine: Institution, borealis: Institution, anna: User) -> Callable[[str], User | None]:
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
    make: Make,
    callback_key: None,
    request: pytest.FixtureRequest,
) -> Callable[..., Any]:
    """Sends one request as one caller: with a session to pages, with a bearer token to the API."""

    def called(name: str, method: str, who: str, policy: Policy) -> Any:
        # who is refused before that needs no store
        reaches = policy.answer(who) in (policy.ok, NOT_FOUND) and policy.ok != NO_SUCH_METHOD
        if reaches and (method in ("POST", "PUT") or name in WITH_RESULTS | DECISIONS):
            request.getfixturevalue("deployed")
        if reaches and "key_uses" in name:
            request.getfixturevalue("key_history")
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
            if reaches and name in to_do.NAMES:
                to_do.put(name, who, None, request)
            address = reverse(name, args=custody.arguments(name, *whose))
            return client(name, who).generic(method, address, **custody.sent(name, method))
        if name == "disclose_rulebook":
            if reaches:
                of_whom = request.getfixturevalue("alpine" if who.startswith("A") else "borealis")
                accepting.lost(request.getfixturevalue("store"), of_whom, request.getfixturevalue("anna"))
            return client(name, who).generic(method, reverse(name))
        if name in accepting.NAMES:
            if reaches:
                request.getfixturevalue("deployed")
            store, rulebook = (
                request.getfixturevalue(each) if reaches else None for each in ("store", "rulebook")
            )
            of_a, by = make(State.COMPLETED), request.getfixturevalue("anna")
            arguments = accepting.arguments(name, store, of_a, by, rulebook)
            return client(name, who).generic(method, reverse(name, args=arguments))
        if name in exchange.SUBJECTS:
            alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
            subject_of_it = exchange.arguments(name, alpine, anna)
            sent = exchange.sent(name, method)
            if reaches and name in to_do.NAMES:
                to_do.put(name, who, subject_of_it[0], request)
            return client(name, who).generic(method, reverse(name, args=subject_of_it), **sent)
        if name in operating.NAMES:
            alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
            subject_of_it = operating.arguments(name, alpine, anna)
            caller = client(name, who)
            sent = operating.sent(name, method, User.objects.filter(subject=who).first())
            return caller.generic(method, reverse(name, args=subject_of_it), **sent)
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
        caller = client(name, who)
        if reaches and name in to_do.NAMES:
            to_do.put(name, who, subject, request)
        return caller.generic(method, address, **body_of(name, method))

    def of_notices(name: str, method: str, who: str) -> Any:
        """The subject is the caller's own in institution A, and Anna's for all others."""
        caller, settings = client(name, who), request.getfixturevalue("settings")
        reader = User.objects.filter(subject=who).first() if who.startswith("A") else None
        alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
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
        if reaches and name in to_do.NAMES:
            to_do.put(name, who, None, request)
        return caller.generic(method, reverse(name, args=arguments))

    def decision(name: str, who: str, reaches: bool) -> tuple[str, bytes, str]:
        """Address, body and content type for what is decided about mappings and the rulebook."""
        arguments: list[Any] = []
        if name == "map_columns":
            arguments = [(request.getfixturevalue("unknown") if reaches else make(State.COMPLETED)).id]
        elif "fingerprint" in ROUTES[name]:
            arguments = [request.getfixturevalue("mapping").fingerprint if reaches else FINGERPRINT]
            arguments += [1] if "number" in ROUTES[name] else []
        elif name in OF_A_RULEBOOK:
            if reaches:
                saved = request.getfixturevalue("rulebook")
                if name == "withdraw_rulebook":
                    accepting.asked_by(saved.institution, saved.saved_by, saved)
                if name in to_do.NAMES:
                    to_do.put(name, who, None, request)
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
        pool: Pool = request.getfixturevalue("pool")
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
