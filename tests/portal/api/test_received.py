"""Received deliveries over the API: for the recipient alone, proven, in both trails."""

from typing import Any

import pytest
from django.test import Client

from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from portal.audit.models import AuditRecord
from sharing.models import Copy
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.portal import programs, shared
from tests.portal.dashboard.conftest import (  # noqa: F401
    ISSUER,
    Make,
    alpine,
    anna,
    borealis,
    checked,
    embedded_store,
    make,
    member,
    receipt_key,
    store,
)
from tests.portal.dashboard.delivered import delivered
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.own_rules import Function, function  # noqa: F401

KEY = "ef" * 32
pytestmark = [pytest.mark.aws, pytest.mark.django_db]


@pytest.fixture
def copy(
    store: Any,  # noqa: F811
    checked: Any,  # noqa: F811
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
    receipt_key: None,  # noqa: F811
) -> Copy:
    return shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked))


def program(user: User, pool: Pool, settings: Any, group: str) -> Client:  # noqa: F811
    settings.FUNDGATE_JWKS_URL = pool.url
    token = pool.token(iss=user.issuer, sub=user.subject, **{"cognito:groups": [group]})
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_the_recipient_s_program_lists_reads_and_takes_files(
    copy: Copy,
    borealis: Institution,  # noqa: F811
    alpine: Institution,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
) -> None:
    caller = program(member(borealis, "bo", "viewer"), pool, settings, borealis.code)
    (listed,) = caller.get("/api/v1/received/?owner=alpine-am").json()["results"]
    assert (listed["id"], listed["funds"], listed["replaced_by"]) == (copy.pk, ["LU0000000001"], None)
    assert caller.get("/api/v1/received/?owner=cedar").json()["results"] == []
    found = caller.get(f"/api/v1/received/{copy.pk}/").json()
    assert found["manifest"]["grant"] == str(copy.grant_id) == found["grant"]
    assert found["verdict_document"]["counts"] == copy.submission.counts
    assert {"original", "holdings.csv", "holdings.parquet", "manifest.json"} <= set(found["files"])
    assert b"".join(caller.get(f"/api/v1/received/{copy.pk}/files/original")) == DELIVERY  # type: ignore[arg-type]
    assert caller.get(f"/api/v1/received/{copy.pk}/files/esg.csv").status_code == 404
    for side in (alpine, borealis):
        tags = AuditRecord.objects.filter(institution_id=side.pk, tag__startswith="exchange:received")
        assert [one.tag.rpartition(":")[2] for one in tags] == ["viewed", "downloaded"]


def test_the_owner_and_what_is_not_proven_get_an_error(
    copy: Copy,
    borealis: Institution,  # noqa: F811
    anna: User,  # noqa: F811
    store: Any,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
) -> None:
    owner = program(anna, pool, settings, "alpine-am")
    assert owner.get("/api/v1/received/").json()["total"] == 0
    assert owner.get(f"/api/v1/received/{copy.pk}/").status_code == 404
    bucket = shared.exchange_bucket(store, borealis)
    store.put_object(Bucket=bucket, Key=shared.key_of(copy, "manifest.json"), Body=b"{}")
    answer = program(member(borealis, "bo", "viewer"), pool, settings, borealis.code).get(
        f"/api/v1/received/{copy.pk}/"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "RECEIVED_NOT_PROVEN")


def test_the_recipient_s_program_has_it_checked_by_the_own_rules_and_reads_what_was_found(
    copy: Copy,
    function: Function,  # noqa: F811
    borealis: Institution,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
) -> None:
    caller = program(member(borealis, "bo", "viewer"), pool, settings, borealis.code)

    def standing() -> dict[str, Any]:
        found: dict[str, Any] = caller.get("/api/v1/received/").json()["results"][0]["own_check"]
        return found

    waits = {"result": "waiting_for_sign_in", "rulebook": None, "counts": None, "checked_at": None}
    assert standing() == waits
    assert caller.get(f"/api/v1/received/{copy.pk}/check/").json() == waits | {"verdict_document": None}
    assert caller.get(f"/api/v1/received/{copy.pk}/check/findings.csv").status_code == 404
    assert caller.post("/api/v1/received/checks/").json() == {"checked": 1, "waiting": 0, "under_way": 0}
    found = caller.get(f"/api/v1/received/{copy.pk}/check/").json()
    assert found["result"] == "failed" and found["counts"] == found["verdict_document"]["counts"]
    assert standing() == {name: found[name] for name in waits}
    findings = b"".join(caller.get(f"/api/v1/received/{copy.pk}/check/findings.csv"))  # type: ignore[arg-type]
    assert len(findings.splitlines()) == 1 + sum(found["counts"].values())
    tags = AuditRecord.objects.filter(institution_id=borealis.pk, tag__startswith="exchange:received")
    acts = [one.tag.rpartition(":")[2] for one in tags]
    assert acts == ["viewed", "checked", "viewed", "downloaded"]
    assert [call["token"] for call in function.calls] != []


def test_a_newer_version_says_what_changed(
    copy: Copy,
    borealis: Institution,  # noqa: F811
    store: Any,  # noqa: F811
    make: Make,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
    function: Function,  # noqa: F811
) -> None:
    Submission.objects.filter(pk=copy.submission_id).update(delivery_key=KEY)
    mended = DELIVERY.replace(b"FR0000131105", b"FR0000131104")
    second = shared.hand_on(store, delivered(store, make, mended, delivery_key=KEY), copy.grant)
    caller = program(member(borealis, "bo", "viewer"), pool, settings, borealis.code)
    assert caller.get(f"/api/v1/received/{copy.pk}/").json()["changes"] is None
    found = caller.get(f"/api/v1/received/{second.pk}/").json()["changes"]
    assert (found["since"], found["own_rules"], found["too_long"]) == (copy.pk, None, False)
    assert found["positions"]["gone"] == 1 and found["positions"]["new"] == 0
    assert found["rules"] and all(one["before"] != one["now"] for one in found["rules"])
    caller.post("/api/v1/received/checks/")
    assert caller.get(f"/api/v1/received/{second.pk}/").json()["changes"]["own_rules"] is None, "one of them"


def test_the_recipient_s_program_looks_through_and_the_owner_s_and_a_token_do_not(
    copy: Copy,
    borealis: Institution,  # noqa: F811
    anna: User,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
) -> None:
    address = "/api/v1/look-through/"
    reader = member(borealis, "bo", "viewer")
    caller = program(reader, pool, settings, borealis.code)
    found = caller.get(f"{address}?by=instrument").json()
    assert (found["by"], found["currency"], found["deliveries"]) == ("instrument", "EUR", [copy.pk])
    by_key = {line["key"]: line for line in found["results"]}
    assert by_key["FR0000131104"]["value"] == 11000 and by_key["FR0000131105"]["share"] == 0.083333
    assert found["total"] == sum(line["value"] for line in found["results"]) == 12000
    (equity,) = caller.get(f"{address}?by=cic&currency=EUR").json()["results"]
    assert equity["key"] == "1" and equity["name"]
    assert caller.get(f"{address}?by=fund").status_code == 400
    assert program(anna, pool, settings, "alpine-am").get(address).json()["results"] == []
    token = programs.token_of(programs.account_of(borealis, reader))[1]
    assert programs.sending(token).get(address).status_code == 403
    read = AuditRecord.objects.filter(institution_id=borealis.pk, tag="exchange:received:viewed")
    assert [one.detail["submission"] for one in read] == [str(copy.submission_id)] * 2
