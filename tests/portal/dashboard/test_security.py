"""The security page: rules as AWS has them, in words that follow the rules, and proofs that exist."""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from infra.local.home import ROOT
from ingestion.aws.deployed import DeployedBucket, DeployedKey
from ingestion.aws.errors import AccessDenied, AwsUnavailable, NotFound
from ingestion.aws.policies import NotAPolicy
from portal.accounts import credentials
from portal.accounts.models import Institution, User
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.dashboard import security, security_words
from portal.dashboard.security import Rules, explained
from portal.dashboard.security_checks import BROKEN, KEPT
from tests.fixtures.rules import CODE, KEY, TEMPLATE, resources_of, template_rules
from tests.portal.dashboard.conftest import member, sign_in

ONLY_THE_INSTITUTION = "ReadAndWrittenByTheInstitutionOnly"
EVIL = "arn:aws:iam::000000000000:role/evil"
PLATFORM = ROOT / "infra" / "cloudformation" / "platform.yaml"


def labels(rules: Rules) -> dict[str, list[str]]:
    return {str(row.who): [str(label.word) for label in row.labels] for row in rules.uses}


def sentences(rules: Rules) -> list[str | None]:
    return [each.sentence for each in rules.said]


def changed(policy: str, **fields: Any) -> str:
    """A policy with some fields of its last statement changed."""
    document = json.loads(policy)
    document["Statement"][-1] |= fields
    return json.dumps(document)


def test_the_rules_of_the_template_keep_every_promise_and_every_one_has_words() -> None:
    for production in (False, True):
        assert explained(CODE, *template_rules(production=production)).whole
    rules = explained(CODE, *template_rules())
    assert labels(rules) == {
        "Your institution’s role": ["Yes", "Yes", "No", "No"],
        "Other institutions’ roles": ["No", "Through S3 only", "No", "No"],
        "Portal, worker and functions": ["No"] * 4,
        "The role that people deploy with": ["No", "No", "No", "Yes"],
        "Any other role, and the account’s root": ["No"] * 4,
    }
    administers, own, others, nobody = sentences(rules)
    assert administers and "deploy with may" in administers and "change these rules" in administers
    assert own == "your institution’s role may decrypt, encrypt, see its state, read these rules."
    assert others and others.startswith("the role of every institution") and "only through S3" in others
    assert nobody and nobody.startswith("Nobody but your institution’s role may decrypt")


def test_production_takes_encrypted_connections_only(settings: Any) -> None:
    settings.PRODUCTION = True
    key, buckets = template_rules(production=True)
    assert explained(CODE, key, buckets).whole
    assert not explained(CODE, key, template_rules()[1]).whole


def test_words_follow_the_rules_and_not_their_names() -> None:
    key, buckets = template_rules()
    odd = changed(key.policy, Effect="Allow", Principal={"AWS": EVIL}, Condition={})
    rules = explained(CODE, replace(key, policy=odd), buckets)
    assert labels(rules)[EVIL][0] == "Yes" and EVIL in str(sentences(rules)[-1])
    narrowed = changed(key.policy, Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
    assert sentences(explained(CODE, replace(key, policy=narrowed), buckets))[-1] is None
    unknown = changed(key.policy, Action=["kms:Nonsense"])
    assert sentences(explained(CODE, replace(key, policy=unknown), buckets))[-1] is None


def without(policy: str, sid: str) -> str:
    document = json.loads(policy)
    document["Statement"] = [each for each in document["Statement"] if each["Sid"] != sid]
    return json.dumps(document)


def let_another_in(policy: str) -> str:
    return policy.replace(f'"arn:aws:iam::000000000000:role/fundgate-inst-{CODE}"',
                          f'["arn:aws:iam::000000000000:role/fundgate-inst-{CODE}", "{EVIL}"]')  # fmt: skip


@pytest.mark.parametrize(
    ("area", "change", "promises"),
    [
        ("landing", lambda policy: without(policy, ONLY_THE_INSTITUTION), {"reads", "writes"}),
        ("results", let_another_in, {"reads", "writes"}),
        ("exchange", lambda policy: without(policy, "ReadByTheInstitutionOnly"), {"reads"}),
        ("exchange", lambda policy: without(policy, "WrittenByInstitutionsOnly"), {"institutions write"}),
        ("interim", lambda policy: without(policy, "NoOtherEncryption"), {"another key"}),
        ("interim", lambda policy: without(policy, "NoOtherKey"), {"another key"}),
        ("interim", lambda policy: without(policy, "NoCustomerKey"), {"another key"}),
        ("landing", lambda policy: policy.replace("/*", "/part/*"), {"reads", "writes", "another key"}),
    ],
)  # fmt: skip
def test_a_promise_that_a_bucket_does_not_keep_is_named(
    area: str, change: Callable[[str], str], promises: set[str]
) -> None:
    key, buckets = template_rules()
    broken = [replace(each, policy=change(each.policy)) if each.area == area else each for each in buckets]
    assert broken != buckets
    rules = explained(CODE, key, broken)
    assert not rules.whole
    for each in rules.buckets:
        for check in each.checks:
            named = each.bucket.area == area and any(words in check.promise for words in promises)
            assert check.label == (BROKEN if named else KEPT), check.promise


def test_a_bucket_under_another_key_is_named() -> None:
    key, buckets = template_rules()
    other = [replace(buckets[0], key_arn="arn:aws:kms:::key/another"), *buckets[1:]]
    first, *rest = explained(CODE, key, other).buckets
    assert first.checks[0].label == BROKEN and all(each.checks[0].label == KEPT for each in rest)


def test_how_long_a_sign_in_lasts_is_what_the_templates_say() -> None:
    platform = resources_of(PLATFORM)
    for name in ("PortalClient", "CliClient"):
        assert platform[name]["Properties"]["IdTokenValidity"] == security_words.TOKEN_MINUTES
        assert platform[name]["Properties"]["RefreshTokenValidity"] == security_words.SESSION_HOURS
    role = resources_of(TEMPLATE)["InstitutionRole"]["Properties"]
    assert role["MaxSessionDuration"] == security_words.CREDENTIAL_MINUTES * 60


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]


def test_the_rights_that_are_listed_are_those_of_the_templates() -> None:
    """Who reads, writes or deletes objects in institutions' buckets: nobody that the page leaves out."""
    roles = {
        name: each
        for template in (PLATFORM, TEMPLATE)
        for name, each in resources_of(template).items()
        if each["Type"] == "AWS::IAM::Role"
    }
    found: dict[str, set[tuple[str, str]]] = {}
    for name, role in roles.items():
        for statement in statements(role):
            for action in (
                [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            ):
                kind = re.match(r"s3:(Get|Put|Delete)Object", action)
                places = (
                    statement["Resource"]
                    if isinstance(statement["Resource"], list)
                    else [statement["Resource"]]
                )
                for place in places if kind else ():
                    at = (place["Fn::Sub"] if "Fn::Sub" in place else str(place)).rpartition("AccountId}-")[2]
                    if "AuditBucket" not in at:
                        found.setdefault(name, set()).add((kind[1] if kind else "", at))
    own = {
        (kind, f"${{InstitutionCode}}-{area}/*")
        for kind in ("Get", "Put")
        for area in ("landing", "interim", "results")
    }
    # there it writes only what its own rules find, beside the copy
    own |= {("Get", "${InstitutionCode}-exchange/*"), ("Put", "${InstitutionCode}-exchange/from/*/checked/*")}
    theirs = {(kind, "*-exchange/from/${InstitutionCode}/*") for kind in ("Put", "Delete")}
    assert found == {"InstitutionRole": own | theirs, "JanitorRole": {("Delete", "*-exchange/from/*")}}


@pytest.mark.parametrize("proof", security_words.PROOFS, ids=lambda proof: proof.test.partition("::")[2])
def test_the_test_that_proves_a_promise_exists(proof: security_words.Proof) -> None:
    path, _, name = proof.test.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.fixture
def admin(alpine: Institution) -> Client:
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What AWS answers: the rules of the template, or the error under "fails"."""
    answers: dict[str, Any] = {}
    key, buckets = template_rules()

    def bucket_of(s3: Any, account: str, code: str, area: str) -> DeployedBucket:
        if "fails" in answers:
            raise answers["fails"]
        return next(each for each in buckets if each.area == area)

    def key_of(kms: Any, arn: str) -> DeployedKey:
        assert arn == KEY
        return replace(key, state=answers.get("state", "Enabled"))

    monkeypatch.setattr(credentials, "credentials_for", lambda token: "of who looks")
    monkeypatch.setattr(security, "client", lambda service, granted, region: granted)
    monkeypatch.setattr(security, "bucket_of", bucket_of)
    monkeypatch.setattr(security, "key_of", key_of)
    return answers


def test_the_page_shows_key_buckets_sign_ins_and_proofs(
    admin: Client, aws: dict[str, Any], alpine: Institution, borealis: Institution
) -> None:
    for institution, address in ((alpine, "192.0.2.7"), (borealis, "192.0.2.9")):
        person = member(institution, f"sam-{institution.code}", "viewer")
        record(tag=AuditTag.SIGNED_IN, institution_id=institution.pk, actor_id=person.pk,
               subject_id=person.pk, address=address)  # fmt: skip
    page = admin.get(reverse("security")).text
    assert f'data-key="{KEY}"' in page and "Their policies keep every promise." in page
    assert page.count("data-bucket=") == 4 and "Not as promised" not in page
    assert page.count("data-sign-in") == 1 and "192.0.2.7" in page and "192.0.2.9" not in page
    assert "after 12 hours" in page and "It keeps that for 90 days." in page
    assert "test_only_the_owner_decrypts_with_the_key" in page and "data-problem" not in page
    ours = User.objects.get(subject="sam-alpine-am")
    assert "Removed person" not in page
    User.objects.filter(pk=ours.pk).delete()
    aws["state"] = "PendingDeletion"
    page = admin.get(reverse("security")).text
    assert "nobody reads or stores anything" in page
    assert f"Removed person {str(ours.pk)[:8]}" in page, "as the audit trail calls them"


@pytest.mark.parametrize(
    ("error", "said"),
    [(AccessDenied(), "onboard_institution"), (NotAPolicy("x"), "does not read"),
     (NotFound(), "cannot be read"), (AwsUnavailable(), "cannot be read")],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_the_rest_is_shown(
    admin: Client, aws: dict[str, Any], error: Exception, said: str
) -> None:
    aws["fails"] = error
    page = admin.get(reverse("security")).text
    assert "data-problem" in page and said in page
    assert "data-key" not in page and "What proves it" in page


def test_the_page_is_for_administrators(aws: dict[str, Any], viewer: Client, admin: Client) -> None:
    assert viewer.get(reverse("security")).status_code == 403
    assert admin.get(reverse("security")).status_code == 200
