"""Who has access and its log on their pages: both directions, filters, files, what a side is not told."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, User
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from sharing.models import Copy, Grant, GrantTransition
from sharing.services.telling import noted
from sharing.states import CopyState, State
from tests.fixtures.cast import NoToken
from tests.portal import shared
from tests.portal.dashboard.conftest import Make, member, sign_in

FUND = "LU0000000001"
CARD = {"template": "TPT", "valuation_date": "2025-12-31", "portfolios": [{"id": FUND, "name": "=Ärger"}]}


@pytest.fixture
def ada(alpine: Institution) -> User:
    return member(alpine, "ada", "admin")


@pytest.fixture
def owner(ada: User) -> Client:
    return sign_in(ada, "alpine-am")


@pytest.fixture
def bea(borealis: Institution) -> User:
    return member(borealis, "bea", "admin")


@pytest.fixture
def recipient(bea: User) -> Client:
    return sign_in(bea, "borealis-insurance")


@pytest.fixture
def delivery(make: Make) -> Submission:
    return make(template="TPT", template_version="7.0", index_card=CARD)


@pytest.fixture
def grant(alpine: Institution, borealis: Institution, delivery: Submission) -> Grant:
    """A grant of everything under which one delivery was handed on."""
    found = shared.grant_of(alpine, borealis, delivery)
    GrantTransition.objects.create(grant=found, to_state=State.ACCEPTED, at=found.state_since)
    return found


@pytest.fixture
def copy(grant: Grant, delivery: Submission) -> Copy:
    now = timezone.now()
    values = {"state": CopyState.DONE, "done_at": now, "state_since": now, "owed_at": now}
    return Copy.objects.create(grant=grant, submission=delivery, attempt=1, **values)


@pytest.fixture
def trail(copy: Copy, ada: User, bea: User, borealis: Institution) -> None:
    """It was handed on, read and downloaded; records 1 to 3 of both sides."""
    reader = Actor(bea, borealis, bea.membership.role, NoToken(), address="192.0.2.9")
    submission = str(copy.submission_id)
    noted(AuditTag.COPY_DELIVERED, copy.grant, None, submission=submission)
    noted(AuditTag.RECEIVED_VIEWED, copy.grant, reader, submission=submission)
    noted(AuditTag.RECEIVED_DOWNLOADED, copy.grant, reader, submission=submission, file="holdings.csv")


def funds(client: Client, query: str = "") -> list[str]:
    """Grant by grant, and the same funds as a matrix."""
    pages = [client.get(f"{reverse('access')}?{view}&{query[1:]}") for view in ("view=", "view=grants")]
    assert [page.status_code for page in pages] == [200, 200]
    found = [re.findall(r'<tr role="row"[^>]* data-fund="([^"]*)"', page.text) for page in pages]
    assert found[0] == sorted(set(found[1])), query
    return found[1]


def kinds(client: Client, query: str = "") -> list[str]:
    answer = client.get(reverse("access_log") + query)
    assert answer.status_code == 200
    return re.findall(r'data-kind="(\w+)"', answer.text)


def test_a_delivery_under_two_grants_is_one_in_the_matrix(
    copy: Copy, owner: Client, alpine: Institution, borealis: Institution, delivery: Submission
) -> None:
    again = shared.grant_of(alpine, borealis, delivery)
    Copy.objects.create(
        grant=again, submission=delivery, attempt=1, state=CopyState.DONE,
        done_at=copy.done_at, state_since=copy.state_since, owed_at=copy.owed_at,
    )  # fmt: skip
    shown = owner.get(reverse("access")).text
    assert shown.count("One delivery<") == 2 and "2 deliveries" not in shown


def body_of(client: Client, name: str, *arguments: str, query: str = "") -> str:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_both_sides_see_who_can_read_what_each_in_its_direction(
    copy: Copy, owner: Client, recipient: Client, viewer: Client
) -> None:
    assert funds(owner) == funds(viewer) == funds(recipient, "?direction=received") == ["", FUND]
    assert funds(owner, "?direction=received") == funds(recipient) == []
    for view in ("", "?view=grants"):
        page = owner.get(reverse("access") + view).text
        assert "One institution can read yours" in page and "Borealis Insurance" in page
        assert "All funds, also later ones" in page and reverse("grant", args=[copy.grant_id]) in page
        assert ("Found in what was handed on" in page) == bool(view)
    assert "Nobody else can read anything of yours" in recipient.get(reverse("access")).text


def test_the_page_is_narrowed_by_day_institution_and_fund(copy: Copy, owner: Client) -> None:
    for query, fits in [
        ("?on=2020-01-01", []), (f"?on={timezone.localdate()}", ["", FUND]), ("?on=nonsense", ["", FUND]),
        ("?institution=borealis-insurance", ["", FUND]), ("?institution=nobody", ["", FUND]),
        ("?q=LU9", [""]), ("?q=%C3%84rger", ["", FUND]),
    ]:  # fmt: skip
        assert funds(owner, query) == fits, query
    assert "could read anything of yours then" in owner.get(reverse("access") + "?on=2020-01-01").text
    part = owner.get(reverse("access"), headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'id="access-list"' in part


def test_the_matrix_counts_a_grant_of_all_funds_for_every_fund(
    copy: Copy, owner: Client, alpine: Institution
) -> None:
    cedar = Institution.objects.create(code="cedar-pension", name="Cedar Pension", kind="owner")
    named = shared.grant_of(alpine, cedar, copy.submission)
    Grant.objects.filter(pk=named.pk).update(funds=["LU9"])
    page = owner.get(reverse("access")).text
    rows = dict(re.findall(r'<tr role="row" data-fund="([^"]*)">(.*?)</tr>', page, re.S))
    told = {fund: re.findall(r'data-open="([^"]+)"', row) for fund, row in rows.items()}
    both = ["borealis-insurance", "cedar-pension"]
    assert told == {"": both[:1], FUND: both[:1], "LU9": both}
    assert "One delivery" in rows[FUND] and "by a grant of all funds" in rows[FUND]
    assert rows["LU9"].count("May read") == 2 and "No access" in rows[FUND]
    for place in range(10):
        other = Institution.objects.create(code=f"other-{place}", name=f"Aaa {place}", kind="owner")
        Grant.objects.filter(pk=shared.grant_of(alpine, other, copy.submission).pk).update(funds=["LU9"])
    assert "2 more institutions do not fit here" in owner.get(reverse("access")).text


def test_the_csv_holds_every_line_and_no_formula(copy: Copy, owner: Client) -> None:
    everything, one = csv.DictReader(io.StringIO(body_of(owner, "access_csv")))
    assert (everything["fund"], everything["deliveries"], everything["recipient"]) == (
        "", "1", "borealis-insurance",
    )  # fmt: skip
    assert (one["fund"], one["fund_name"], one["named_by_the_grant"]) == (FUND, "'=Ärger", "false")
    assert one["contents"] == "original, schema, summary" and one["state_now"] == "active"


def test_the_log_names_people_and_addresses_of_the_own_side_only(
    trail: None, owner: Client, recipient: Client
) -> None:
    assert kinds(owner) == kinds(recipient) == ["downloaded", "read", "shared"]
    theirs, ours = recipient.get(reverse("access_log")).text, owner.get(reverse("access_log")).text
    assert "192.0.2.9" in theirs and "Bea" in theirs and "holdings.csv" in theirs
    assert "192.0.2.9" not in ours and "Bea" not in ours and "Borealis Insurance" in ours
    assert "for the look-through" not in ours
    noted(AuditTag.RECEIVED_VIEWED, Grant.objects.get(), None, look_through=True)
    assert "for the look-through" in owner.get(reverse("access_log")).text
    assert "The check of the delivery" in ours and "The check of the delivery" not in theirs


@pytest.mark.parametrize(
    ("query", "fits"),
    [("kind=read", ["read"]), ("kind=deleted", []), ("direction=given", ["downloaded", "read", "shared"]),
     ("direction=received", []), ("institution=borealis-insurance&kind=shared", ["shared"]),
     ("q=lu0000000001&kind=read", ["read"]), ("q=%C3%84rger&kind=read", ["read"]), ("q=LU9", []),
     ("since=2020-01-01&kind=read", ["read"]), ("until=2020-01-01", []),
     ("since=nonsense&kind=read", ["read"])],
)  # fmt: skip
def test_the_log_is_narrowed_by_each_of_its_filters(
    trail: None, owner: Client, query: str, fits: list[str]
) -> None:
    assert kinds(owner, f"?{query}") == fits


def test_a_grant_leads_to_its_own_log_and_another_institution_s_to_none(
    trail: None, grant: Grant, owner: Client, recipient: Client, alpine: Institution, borealis: Institution,
    delivery: Submission, db: None,
) -> None:  # fmt: skip
    other = shared.grant_of(alpine, borealis, delivery)
    for client, place in ((owner, "grant"), (owner, "revoke_grant"), (recipient, "grant")):
        assert f"{reverse('access_log')}?grant={grant.pk}" in client.get(reverse(place, args=[grant.pk])).text
    assert len(kinds(owner, f"?grant={grant.pk}")) == 3 and kinds(owner, f"?grant={other.pk}") == []
    assert f'value="{grant.pk}"' in owner.get(f"{reverse('access_log')}?grant={grant.pk}").text
    cedar = Institution.objects.create(code="cedar-pension", name="Cedar", kind="owner")
    third = sign_in(member(cedar, "cy", "admin"), "cedar-pension")
    assert third.get(f"{reverse('access_log')}?grant={grant.pk}").status_code == 404
    assert kinds(third) == [] == funds(third)


def test_once_nothing_is_shared_any_more_the_recipient_s_log_does_not_say_what_it_was(
    trail: None, copy: Copy, owner: Client, recipient: Client
) -> None:
    assert FUND in recipient.get(reverse("access_log")).text
    Grant.objects.update(state=State.REVOKED)
    assert FUND in owner.get(reverse("access_log")).text
    page = recipient.get(reverse("access_log")).text
    assert FUND not in page and "no longer shared" in page
    assert kinds(recipient, f"?q={FUND}") == [] and FUND not in body_of(recipient, "access_log_export", "csv")


def test_the_log_can_be_taken_away_and_that_is_recorded_once(trail: None, owner: Client, ada: User) -> None:
    rows = json.loads(body_of(owner, "access_log_export", "json"))["records"]
    assert [row["kind"] for row in rows] == ["shared", "read", "downloaded"]
    assert rows[2]["file"] == "holdings.csv" and rows[2]["funds"] == [FUND] and rows[2]["person"] is None
    lines = list(csv.DictReader(io.StringIO(body_of(owner, "access_log_export", "csv", query="?kind=read"))))
    assert [line["kind"] for line in lines] == ["read"]
    first, second = AuditRecord.objects.filter(tag=AuditTag.ACCESS_LOG_EXPORTED).order_by("number")
    assert first.actor_id == ada.pk and first.detail == {"format": "json", "filters": []}
    assert second.detail == {"format": "csv", "filters": ["kind"]}
    assert owner.get(reverse("access_log_export", args=["xml"])).status_code == 404


def test_the_log_is_for_administrators(trail: None, viewer: Client) -> None:
    for name, arguments in (("access_log", []), ("access_log_export", ["csv"])):
        assert viewer.get(reverse(name, args=arguments)).status_code == 403
    assert "access/log" not in viewer.get(reverse("access")).text


def test_a_record_that_was_tampered_with_is_shown_and_breaks_nothing(
    trail: None, owner: Client, alpine: Institution
) -> None:
    odd: dict[str, Any] = {"owner": "alpine-am", "recipient": 7, "submission": ["x"]}
    AuditRecord.objects.create(tag=AuditTag.COPY_DELETED, institution_id=alpine.pk, subject_id="odd",
                               detail=odd, number=99, previous="", hash="")  # fmt: skip
    assert kinds(owner)[0] == "deleted"
    assert "An institution that is no longer here" in owner.get(reverse("access_log")).text
