"""The pages of operators, and what members see of their acts."""

import re
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.web.states import State
from portal.accounts import onboarding
from portal.accounts.models import Institution, User
from portal.audit.models import AuditHead, AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.custody.models import Departure, RetentionWish
from portal.operators.models import Heartbeat, Recovery
from sharing.models import Invitation
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.portal.dashboard.conftest import (  # noqa: F401
    Make,
    alpine,
    anna,
    borealis,
    make,
    member,
    sign_in,
    viewer,
)
from tests.portal.operating import operator
from tests.portal.policies import POLICIES, Policy
from tests.portal.routes import ROUTES
from tests.portal.shared import grant_of, owed

pytestmark = pytest.mark.django_db
FILE, FUND = "canary-file-5e11.csv", "Canary Fund 5e11"
ASK = {"code": "alpine-am", "email": "new@alpine.example", "name": "Nora New", "ticket": "T-7",
       "reason": "Their last administrator has died."}  # fmt: skip


@pytest.fixture
def olga(db: None) -> Client:
    return sign_in(operator("olga"))


@pytest.fixture
def otto(db: None) -> Client:
    return sign_in(operator("otto"))


def test_an_operator_begins_at_the_institutions_and_sees_whom_to_write_to(
    olga: Client,
    make: Make,  # noqa: F811
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
) -> None:
    make(file_name=FILE, index_card={"portfolios": [{"id": "LU0", "name": FUND}]})
    member(alpine, "ada", "admin")
    member(borealis, "vera", "viewer")
    assert olga.get("/")["Location"] == reverse("operators")
    text = olga.get(reverse("operators")).text
    assert "ada@alpine-am.example" in text and "Borealis Insurance" in text
    assert "anna@alpine-am.example" not in text, "no member but the administrators is named"
    assert "None" in text.split('data-institution="borealis-insurance"')[1], "nobody can manage it"
    assert FILE not in text and FUND not in text
    assert "Borealis" not in olga.get(reverse("operators"), {"q": "alpine"}).text


def test_an_operator_sees_what_institutions_wait_for_and_who_has_left(
    olga: Client,
    anna: User,  # noqa: F811
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
) -> None:
    assert "What institutions wait for" not in olga.get(reverse("operators")).text
    RetentionWish.objects.create(
        institution=alpine, days={}, reason="Canary.", asked_by=anna, asked_at=timezone.now()
    )
    Invitation.objects.create(
        owner=alpine, name="Delta Life", lei="9695DEMO0DELTA000044", email="canary@delta.example", terms={},
        state_since=timezone.now(), invited_by=anna, invited_at=timezone.now(), ends_on=timezone.localdate(),
    )  # fmt: skip
    Departure.objects.create(institution=borealis, at=timezone.now(), reason="Merged.")
    text = olga.get(reverse("operators")).text
    assert "manage.py set_retention alpine-am" in text and "Canary." not in text
    assert "Delta Life (9695DEMO0DELTA000044)" in text and "--invitation" in text
    assert "canary@delta.example" not in text
    assert "Left on" in text.split('data-institution="borealis-insurance"')[1]
    refused = olga.post(reverse("recoveries"), ASK | {"code": borealis.code}).text
    assert "There is no institution with this code." in refused


def test_another_retention_brings_the_stack_to_the_present_template(
    olga: Client,
    anna: User,  # noqa: F811
    alpine: Institution,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onboarding, "deploy_stack", lambda code, parameters: None)
    record(tag=AuditTag.INSTITUTION_ONBOARDED, institution_id=alpine.pk, actor_id=None, subject_id=alpine.pk,
           detail={"template": "another"})  # fmt: skip
    assert "Older template" in olga.get(reverse("operators")).text
    RetentionWish.objects.create(
        institution=alpine, days={}, reason="Canary.", asked_by=anna, asked_at=timezone.now()
    )
    call_command("set_retention", "alpine-am")
    text = olga.get(reverse("operators")).text
    assert "Present template" in text and "Older template" not in text
    assert onboarding.deployed_template(alpine) == onboarding.template_mark()


def test_the_health_page_counts_and_says_what_is_not_well(olga: Client, make: Make) -> None:  # noqa: F811
    now = timezone.now()
    make(State.FAILED, code="CANARY_CODE", file_name=FILE, created_at=now)
    make(State.COMPLETED, created_at=now)
    Heartbeat.objects.create(name=Heartbeat.SWEEP, at=now)
    text = olga.get(reverse("platform_health")).text
    assert "Everything is as it should be." in text
    assert "CANARY_CODE" in text and FILE not in text
    today = re.search(rf'data-day="{now:%Y-%m-%d}">(.*?)</tr>', text)
    assert today and re.findall(r">(\d+)</td>", today[1]) == ["2", "1", "0", "0", "1", "0"]
    Heartbeat.objects.all().delete()
    text = olga.get(reverse("platform_health")).text
    assert "One thing is not as it should be." in text
    assert 'data-check="worker" data-well="no"' in text


def test_a_chain_that_was_cut_is_told_of_and_breaks_no_page(
    olga: Client,
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
) -> None:
    def chains() -> str:
        page = olga.get(reverse("platform_health"))
        assert page.status_code == 200
        return page.text.split('data-check="chains"')[1].split("</tr>")[0]

    for institution in (alpine, borealis):
        record(tag=AuditTag.FIRST_STEPS_SET_ASIDE, institution_id=institution.pk, actor_id=None,
               subject_id=institution.pk)  # fmt: skip
    assert 'data-well="yes"' in (text := chains()) and f">{AuditHead.objects.count()}<" in text
    AuditHead.objects.filter(chain=str(borealis.pk)).update(number=2, signed_number=1)
    assert 'data-well="no"' in (text := chains()) and "verify_audit" in text
    assert f">{AuditHead.objects.count()}<" in text


def test_one_asks_another_confirms_and_a_member_objects_on_the_pages(
    olga: Client,
    otto: Client,
    viewer: Client,  # noqa: F811
    alpine: Institution,  # noqa: F811
) -> None:
    answer = olga.post(reverse("recoveries"), ASK)
    recovery = Recovery.objects.get(institution=alpine)
    page, ours = answer["Location"], reverse("recovery", args=[recovery.pk])
    assert page == reverse("operator_recovery", args=[recovery.pk])
    assert "Another operator has to confirm it, within seven days." in olga.get(page).text
    assert viewer.get(ours).status_code == 404, "nobody is told yet"
    assert "Administrators now</dt><dd>None" in olga.get(page).text
    olga.post(page, {"act": "confirm"})
    assert Recovery.objects.get().state == "asked"
    assert "about to give" not in viewer.get("/").text
    assert "The members are told" in otto.post(page, {"act": "confirm"}, follow=True).text
    member(alpine, "ada", "admin")
    assert "ada@alpine-am.example" in otto.get(page).text, "who may ask them before anything happens"
    assert "about to give your institution a new administrator" in viewer.get("/").text
    assert "Their last administrator has died." in viewer.get(ours).text
    refused = viewer.post(ours, {"reason": ""})
    assert "Say why, in a sentence." in refused.text and Recovery.objects.get().state == "announced"
    assert "You objected." in viewer.post(ours, {"reason": "She is on holiday."}, follow=True).text
    assert "She is on holiday." in (text := olga.get(page).text) and "Vera" not in text
    assert "about to give" not in viewer.get("/").text


def test_a_recovery_is_called_off_with_a_reason_and_asked_for_once(olga: Client, alpine: Institution) -> None:  # noqa: F811
    page = olga.post(reverse("recoveries"), ASK)["Location"]
    assert "has a recovery that is not over" in olga.post(reverse("recoveries"), ASK).text
    assert "Say why, in a sentence." in olga.post(page, {"act": "withdraw"}).text
    assert olga.post(page, {"act": "nothing"}).status_code == 400
    olga.post(page, {"act": "withdraw", "reason": "She is back."})
    assert Recovery.objects.get().state == "withdrawn"
    unknown = olga.post(reverse("recoveries"), ASK | {"code": "nowhere"}).text
    assert "There is no institution with this code." in unknown and Recovery.objects.count() == 1


def test_an_operator_gets_no_content_at_any_address_and_asks_no_store(
    olga: Client,
    make: Make,  # noqa: F811
    anna: User,  # noqa: F811
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every address and method there is, about a delivery that is there and was handed on."""
    asked: list[str] = []

    def call(self: BaseClient, operation: str, parameters: Any) -> Any:
        asked.append(f"{self.meta.service_model.service_name}:{operation}")
        raise EndpointConnectionError(endpoint_url="nowhere")

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    settings.FUNDGATE_JWKS_URL, settings.FUNDGATE_MAILBOX = pool.url, ""
    delivery = make(file_name=FILE, index_card={"portfolios": [{"id": "LU0", "name": FUND}]})
    grant = grant_of(alpine, borealis, delivery, "original")
    known = {"submission_id": delivery.pk, "grant_id": grant.pk, "member_id": anna.pk, "code": borealis.code,
             "copy_id": owed(delivery, grant).pk}  # fmt: skip
    user = User.objects.get(subject="olga")
    token = pool.token(iss=user.issuer, sub=user.subject, **{"cognito:groups": []})
    program = Client(headers={"Authorization": f"Bearer {token}"})
    passed = set()
    for (name, method), policy in POLICIES.items():
        if policy.signed or name == "sign_out":
            continue
        client = program if name.startswith("api_") else olga
        for address in addresses(name, known):
            answer = client.generic(method, address)
            assert FILE not in answer.text and FUND not in answer.text, address
            if may_pass(policy):
                passed.add(name)
                assert answer.status_code in (200, 302, 404, 503), address
            else:
                assert answer.status_code == 403, (address, answer.status_code)
    assert {"operators", "platform_health", "recoveries", "sign_in"} <= passed
    assert not [one for one in asked if one.startswith("s3:")]
    assert not AuditRecord.objects.filter(tag__contains=":viewed").exists()
    assert not Recovery.objects.exists(), "an empty form asks for nothing"


def may_pass(policy: Policy) -> bool:
    return policy.operators or policy.role is None


def addresses(name: str, known: dict[str, Any]) -> list[str]:
    """The address about what is there, with something for whatever else stands in it."""
    sample = {"int": 1, "uuid": uuid4(), "str": "csv"}
    values = [
        known.get(argument, sample[kind]) for kind, argument in re.findall(r"<(\w+):(\w+)>", ROUTES[name])
    ]
    return [reverse(name, args=values)]


def test_first_steps_are_shown_until_they_are_set_aside(alpine: Institution, viewer: Client) -> None:  # noqa: F811
    admin = sign_in(member(alpine, "ada", "admin"), "alpine-am")
    assert "First steps" in admin.get("/").text
    assert "First steps" not in viewer.get("/").text
    page = admin.get(reverse("first_steps")).text
    assert "Have a second administrator" in page and "data-done" not in page
    admin.post(reverse("directory"), {"lei": "", "listed": "on"})
    assert admin.get(reverse("first_steps")).text.count("data-done") == 1
    for _ in range(2):
        admin.post(reverse("first_steps"))
    assert "First steps" not in admin.get("/").text
    assert AuditRecord.objects.filter(tag="portal:first-steps:set-aside").count() == 1
