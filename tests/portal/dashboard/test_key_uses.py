"""Who used the key: what AWS's history says, in words, and what is said when it says nothing."""

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from django.test import Client
from django.urls import reverse

from ingestion.aws.errors import AccessDenied
from portal.accounts.models import Institution, User
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.key_history import PERSON, History, key_history, signed_in, use_of  # noqa: F401

OTHERS = "eu-central-1:9f8e7d6c-0000-4000-8000-000000000002"
ADDRESS = "/institution/security/key/"


@pytest.fixture
def told(key_history: History) -> History:  # noqa: F811
    return key_history


@pytest.fixture
def admin(alpine: Institution) -> Client:
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


def labels(page: str) -> dict[str, str]:
    """What stands as the result of each use."""
    rows = page.split('data-use="')[1:]
    words = ("Done", "Refused", "Failed", "Not expected", "Change")
    return {
        row.partition('"')[0]: next(word for word in words if f"{word}</span>" in row or f">{word}<" in row)
        for row in rows
    }


def test_each_use_is_told_with_who_did_it_and_whether_it_should_have_been(
    admin: Client, told: History, borealis: Institution
) -> None:
    told.uses = [
        use_of("own", person=PERSON, address="192.0.2.7", area="results"),
        use_of("own", "PutKeyPolicy"),
        use_of("institution", "GenerateDataKey", name="borealis-insurance", through="s3", area="exchange"),
        use_of("institution", error=""),
        use_of("platform", error="AccessDenied", name="fundgate-fn-janitor", id="refused"),
        use_of("platform"),
        use_of("deploy", "PutKeyPolicy"),
        use_of("deploy"),
        use_of("other", "DescribeKey", name="arn:aws:iam::000000000000:role/evil"),
        use_of("aws", "Decrypt", error="KMSInvalidStateException", name="x.amazonaws.com"),
    ]
    page = admin.get(ADDRESS).text
    assert labels(page) == {
        "own-Decrypt": "Done",
        "own-PutKeyPolicy": "Not expected",
        "institution-GenerateDataKey": "Done",
        "institution-Decrypt": "Not expected",
        "refused": "Refused",
        "platform-Decrypt": "Not expected",
        "deploy-PutKeyPolicy": "Change",
        "deploy-Decrypt": "Not expected",
        "other-DescribeKey": "Not expected",
        "aws-Decrypt": "Failed",
    }
    for said in (
        *("Person 0a1b2c3d", "192.0.2.7", borealis.name, "through S3", "What others share with you"),
        *("fundgate-fn-janitor", "Changed its rules", "role/evil", "KMSInvalidStateException"),
    ):
        assert said in page
    assert PERSON not in page


def test_people_are_called_by_name_when_they_have_signed_in_here(
    admin: Client, told: History, alpine: Institution, borealis: Institution
) -> None:
    sam = member(alpine, "sam", "viewer")
    signed_in(sam, alpine, PERSON)
    signed_in(member(borealis, "bob", "viewer"), borealis, OTHERS)
    told.uses = [use_of("own", person=PERSON), use_of("own", "Encrypt", person=OTHERS)]
    page = admin.get(ADDRESS).text
    assert "Sam" in page and "Person 0a1b2c3d" not in page
    assert "Person 9f8e7d6c" in page and "Bob" not in page, (
        "what another institution recorded says nothing here"
    )
    User.objects.filter(pk=sam.pk).delete()
    assert f"Removed person {str(sam.pk)[:8]}" in admin.get(ADDRESS).text


def test_what_is_asked_for_reaches_the_function_and_stands_in_the_trail(
    admin: Client, told: History, alpine: Institution
) -> None:
    told.next = "mark/+="
    page = admin.get(ADDRESS, {"who": "own", "since": "2026-03-01", "until": "2026-03-02"}).text
    (asked,) = told.asked
    token = asked.pop("token")
    assert token.startswith("id-") and token not in page
    assert asked == {"who": "own", "start": 1772323200, "end": 1772495999, "after": ""}
    assert "after=mark%2F%2B%3D" in page and "Earlier uses" in page
    told.next = ""
    page = admin.get(ADDRESS, {"after": "mark/+="}).text
    assert told.asked[1]["after"] == "mark/+=" and "Latest uses" in page and "after=" not in page
    kept = AuditRecord.objects.filter(tag=AuditTag.KEY_USES_VIEWED, institution_id=alpine.pk)
    assert [each.detail for each in kept.order_by("number")] == [
        {"uses": 1, "who": "own", "first": True}, {"uses": 1, "who": "", "first": False},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "following", "said"),
    [
        ({}, "", "since this system was started"),
        ({}, "mark", "There are earlier ones"),
        ({"after": "mark"}, "", "There are no earlier uses"),
        ({"who": "aws"}, "", "No use fits these filters"),
    ],
)
def test_where_there_is_none_the_page_says_so(
    admin: Client, told: History, query: dict[str, str], following: str, said: str
) -> None:
    told.uses, told.next = [], following
    page = admin.get(ADDRESS, query).text
    assert said in page and "data-use=" not in page and "data-problem" not in page


def test_days_in_the_wrong_order_fit_nothing_and_nobody_is_asked(admin: Client, told: History) -> None:
    page = admin.get(ADDRESS, {"since": "2026-03-02", "until": "2026-03-01"}).text
    assert "No use fits these filters" in page and not told.asked


MISSING = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Invoke")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ({"breaks_off": "ACCESS_DENIED"}, "cannot tell it yet"),
        ({"fails": MISSING}, "cannot tell it yet"),
        ({"breaks_off": "AWS_UNAVAILABLE"}, "cannot reach AWS"),
        ({"breaks_off": "RequestId: 1 Error: Task timed out after 25.00 seconds"}, "cannot reach AWS"),
        ({"fails": ConnectTimeoutError(endpoint_url="https://x.example")}, "Try again"),
        ({"breaks_off": "INTERNAL"}, "Try again"),
        ({"over": True}, "Begin with the first page"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_no_record(
    admin: Client, told: History, failure: dict[str, Any], said: str
) -> None:
    for name, value in failure.items():
        setattr(told, name, value)
    page = admin.get(ADDRESS).text
    assert "data-problem" in page and said in page and "data-use=" not in page
    assert not AuditRecord.objects.filter(tag=AuditTag.KEY_USES_VIEWED).exists()


def test_a_sign_in_that_has_ended_is_asked_for_anew(admin: Client, told: History) -> None:
    told.breaks_off = "TOKEN_EXPIRED"
    assert admin.get(ADDRESS).status_code in (302, 401)


def test_it_is_for_administrators_and_the_security_page_leads_there(
    admin: Client, viewer: Client, told: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert viewer.get(ADDRESS).status_code == 403 and not told.asked
    monkeypatch.setattr("portal.dashboard.views.security.rules_of", Mock(side_effect=AccessDenied))
    assert f'href="{ADDRESS}"' in admin.get(reverse("security")).text
