"""The pages of the audit trail: for admins, of their own institution, and honest about a broken chain."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingestion.aws.errors import AwsUnavailable
from portal.accounts.models import Institution, User
from portal.audit import heads
from portal.audit.chain import chain_of, hash_of
from portal.audit.models import AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.audit.verifying import Signed
from portal.dashboard.audit_words import happened
from portal.dashboard.views import audit as views
from tests.portal.dashboard.conftest import member, sign_in


@pytest.fixture
def ada(alpine: Institution) -> User:
    return member(alpine, "ada", "admin")


@pytest.fixture
def admin(ada: User) -> Client:
    return sign_in(ada, "alpine-am")


@pytest.fixture(autouse=True)
def signed(monkeypatch: pytest.MonkeyPatch) -> list[Signed]:
    """What was signed of any chain."""
    found: list[Signed] = []
    monkeypatch.setattr(heads, "signed_heads", lambda chain, after, copies: found)
    return found


@pytest.fixture
def trail(alpine: Institution, borealis: Institution, ada: User, anna: User) -> list[AuditRecord]:
    """Two records of Alpine and one of Borealis between them."""
    acts: list[dict[str, Any]] = [
        {"institution_id": alpine.pk, "actor_id": ada.pk, "subject_id": "s-1", "address": "192.0.2.7"},
        {"institution_id": borealis.pk, "actor_id": None, "subject_id": "theirs", "address": "192.0.2.9"},
        {
            "institution_id": alpine.pk,
            "actor_id": anna.pk,
            "subject_id": "s-2",
            "detail": {"count": 3, "of": ["a", None], "by": "hand"},
        },
    ]
    tags = (AuditTag.SIGNED_IN, AuditTag.SIGNED_IN, AuditTag.WEBHOOK_ADDED)
    return [record(tag=tag, **act) for tag, act in zip(tags, acts, strict=True)]


def numbers(client: Client, **query: str) -> list[int]:
    response = client.get(reverse("audit"), query)
    assert response.status_code == 200
    return [int(number) for number in re.findall(r'data-record="(\d+)"', response.content.decode())]


def test_an_admin_sees_the_own_trail_newest_first(admin: Client, trail: list[AuditRecord]) -> None:
    page = admin.get(reverse("audit")).content.decode()
    assert numbers(admin) == [2, 1]
    assert "192.0.2.7" in page and "count: 3" in page and "Anna" in page
    assert "of: [&quot;a&quot;, null]" in page and "by: hand" in page
    assert "theirs" not in page and "192.0.2.9" not in page


def test_what_happened_is_said_in_words_beside_its_tag(admin: Client, trail: list[AuditRecord]) -> None:
    page = admin.get(reverse("audit")).content.decode()
    assert "A webhook was added" in page and "portal:webhook:added" in page
    assert '<option value="portal:webhook:added">A webhook was added</option>' in page
    assert "Un webhook a été ajouté" in admin.get(reverse("audit"), headers={"Accept-Language": "fr"}).text


def test_every_tag_has_words_and_no_two_have_the_same() -> None:
    words = [happened(tag) for tag in AuditTag]
    assert all(words) and len(set(words)) == len(words)
    assert happened("portal:something:else") == ""


def test_many_or_long_details_are_folded(admin: Client, alpine: Institution) -> None:
    few = {"count": 3, "of": "all"}
    many = {"place": "a", "sha256": "f" * 64, "funds": ["x" * 30] * 9, "by": "hand"}
    for detail in (few, many):
        record(
            tag=AuditTag.WEBHOOK_ADDED,
            institution_id=alpine.pk,
            actor_id=None,
            subject_id=None,
            detail=detail,
        )
    page = admin.get(reverse("audit")).content.decode()
    second, first = re.findall(r'<tr role="row" data-record.*?</tr>', page, re.S)
    assert "<details" not in first and "count: 3" in first and "of: all" in first
    shown, _, folded = second.partition("<details")
    assert "place: a" in shown and "by: hand" in shown and "f" * 64 not in shown
    assert "Details (2)" in folded and "f" * 64 in folded and folded.count("x" * 30) == 9


def test_the_trail_is_for_admins(uploader: Client, outsider: Client, trail: list[AuditRecord]) -> None:
    for name, args in (("audit", []), ("audit_chain", []), ("audit_export", ["csv"])):
        assert uploader.get(reverse(name, args=args)).status_code == 403
    assert numbers(outsider) == [1]


def test_the_trail_is_searched_by_each_of_its_filters(
    admin: Client, trail: list[AuditRecord], ada: User
) -> None:
    today = datetime.now().date()
    assert numbers(admin, q="s-2") == [2]
    assert numbers(admin, q="192.0.2") == [1]
    assert numbers(admin, q="#2") == [2]
    assert numbers(admin, q="theirs") == []
    assert numbers(admin, tag=AuditTag.WEBHOOK_ADDED) == [2]
    assert numbers(admin, person=str(ada.pk)) == [1]
    assert numbers(admin, since=f"{today - timedelta(days=2)}", until=f"{today + timedelta(days=2)}") == [
        2,
        1,
    ]
    assert numbers(admin, since=f"{today + timedelta(days=2)}") == []
    assert numbers(admin, tag="no such tag") == [2, 1]  # what is not valid is not applied


def test_only_a_page_that_offers_everybody_asks_for_them_and_from_an_index(
    admin: Client, trail: list[AuditRecord], ada: User
) -> None:
    def asked(**more: Any) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            text = admin.get(reverse("audit"), **more).text
        assert "Anna" in text
        return [query["sql"] for query in queries.captured_queries if "DISTINCT" in query["sql"]]

    assert asked(headers={"HX-Request": "true"}) == []
    (everybody,) = asked()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            plan = str(cursor.execute(f"EXPLAIN QUERY PLAN {everybody}").fetchall())
        assert "COVERING INDEX audit_by_actor" in plan
    assert numbers(admin, person=str(ada.pk)) == [1]


def test_a_filter_that_nothing_fits_says_so(admin: Client, trail: list[AuditRecord]) -> None:
    assert "No record fits these filters" in admin.get(reverse("audit"), {"q": "x"}).content.decode()


def body_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_an_auditor_can_recompute_the_chain_from_the_json(
    admin: Client, trail: list[AuditRecord], alpine: Institution
) -> None:
    taken = json.loads(body_of(admin.get(reverse("audit_export", args=["json"]))))
    assert taken["chain"] == chain_of(alpine.pk)
    rows = taken["records"]
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert rows[-1]["tag"] == "portal:audit:exported"
    assert rows[-1]["detail"] == {"format": "json", "filters": []}
    previous = "0" * 64
    for row in rows:
        assert row["previous"] == previous
        previous = row["hash"]
        assert previous == hash_of(
            institution_id=alpine.pk, number=row["number"], previous=row["previous"],
            at=datetime.fromisoformat(row["at"]), tag=row["tag"], actor_id=row["actor"],
            subject_id=row["subject"], address=row["address"], request_id=row["request"],
            detail=row["detail"],
        )  # fmt: skip


def test_the_csv_holds_what_was_filtered_and_nothing_a_spreadsheet_computes(
    admin: Client, trail: list[AuditRecord], ada: User
) -> None:
    User.objects.filter(pk=ada.pk).update(name="=1+1")
    body = body_of(admin.get(reverse("audit_export", args=["csv"]), {"tag": AuditTag.SIGNED_IN}))
    (row,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    assert (row["number"], row["person"], row["subject"]) == ("1", "'=1+1", "s-1")
    assert AuditRecord.objects.get(tag=AuditTag.AUDIT_EXPORTED).detail["filters"] == ["tag"]
    assert admin.get(reverse("audit_export", args=["xml"])).status_code == 404


def test_a_removed_person_stands_in_the_trail_without_a_name(
    admin: Client, trail: list[AuditRecord], anna: User
) -> None:
    identifier = str(anna.pk)[:8]
    anna.delete()
    page = admin.get(reverse("audit")).content.decode()
    assert f"Removed person {identifier}" in page and "Anna" not in page
    assert 'data-records="2"' in chain_page(admin)


def chain_page(client: Client) -> str:
    response = client.get(reverse("audit_chain"))
    assert response.status_code == 200
    return response.content.decode()


def test_the_check_says_that_the_trail_stands(admin: Client, trail: list[AuditRecord]) -> None:
    page = chain_page(admin)
    assert 'data-records="2"' in page and "data-fault" not in page


def test_the_check_names_the_first_bad_record(
    admin: Client, outsider: Client, trail: list[AuditRecord]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditrecord SET address = '192.0.2.8' WHERE id = %s", [trail[2].pk])
    page = chain_page(admin)
    assert 'data-fault="2"' in page and "It was changed after it was written." in page
    assert "data-fault" not in chain_page(outsider)


def test_the_check_looks_at_what_was_signed(
    admin: Client, trail: list[AuditRecord], signed: list[Signed]
) -> None:
    signed.append(Signed(2, trail[2].hash))
    assert 'data-records="2"' in chain_page(admin)
    signed.append(Signed(5, "0" * 64))
    assert 'data-fault="3"' in chain_page(admin)


def test_the_check_says_when_what_was_signed_cannot_be_read(
    admin: Client, trail: list[AuditRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise AwsUnavailable

    monkeypatch.setattr(heads, "signed_heads", refused)
    assert "could not be read just now" in chain_page(admin)


def test_a_long_trail_is_checked_at_its_end(
    admin: Client, trail: list[AuditRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "CHECKED_ON_A_PAGE", 1)
    assert "Records 2 to 2" in chain_page(admin)
