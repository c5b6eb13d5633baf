"""The recipient's pages: inbox, one delivery, its files; all of it read with the viewer's own rights."""

import csv
import hashlib
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.web.models import Submission
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from sharing import services
from sharing.models import Copy, Grant
from sharing.states import CopyState
from tests.portal import shared
from tests.portal.dashboard.conftest import Make, delivered
from tests.portal.dashboard.delivery import DELIVERY

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
KEY = "ab" * 32


@pytest.fixture
def grant(checked: Submission, alpine: Institution, borealis: Institution, receipt_key: None) -> Grant:
    return shared.grant_of(alpine, borealis, checked)


@pytest.fixture
def copy(store: Any, checked: Submission, grant: Grant) -> Copy:
    """Alpine's delivery with mistakes, received by Borealis."""
    Submission.objects.filter(pk=checked.pk).update(delivery_key=KEY)
    checked.refresh_from_db()
    return shared.hand_on(store, checked, grant)


def page(client: Client, copy: Copy) -> str:
    answer = client.get(f"/exchange/received/{copy.pk}/")
    assert answer.status_code == 200
    return str(answer.text)


def taken(client: Client, copy: Copy, name: str) -> bytes:
    answer = client.get(f"/exchange/received/{copy.pk}/files/{name}")
    assert answer.status_code == 200
    return b"".join(answer)  # type: ignore[arg-type]


def tags(institution: Institution, tag: str) -> list[AuditRecord]:
    return list(AuditRecord.objects.filter(institution_id=institution.pk, tag=tag))


def test_the_inbox_is_the_recipient_s_alone(copy: Copy, outsider: Client, viewer: Client) -> None:
    address = f"/exchange/received/{copy.pk}/"
    assert address in outsider.get("/exchange/received/").text
    assert "Nothing has been received yet" in viewer.get("/exchange/received/").text
    assert viewer.get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "fits"),
    [("q=lu0000000001", True), ("q=Soci%C3%A9t%C3%A9", True), ("q=LU9", False), ("owner=alpine-am", True),
     ("template=TPT", True), ("versions=latest", True)],
)  # fmt: skip
def test_the_inbox_is_narrowed_by_fund_owner_and_template(
    copy: Copy, outsider: Client, query: str, fits: bool
) -> None:
    assert (f'data-copy="{copy.pk}"' in outsider.get(f"/exchange/received/?{query}").text) == fits


def test_a_delivery_shows_counts_by_rule_and_first_rows_and_both_trails_say_so(
    copy: Copy, outsider: Client, alpine: Institution, borealis: Institution
) -> None:
    shown = page(outsider, copy)
    assert "data-proven" in shown and "data-rule" in shown
    assert 'data-table="holdings"' in shown
    assert "12 rows" in shown
    assert "FR0000131104" in shown
    cells = re.findall(r"<td>([^<]*)</td>", shown.split('data-table="holdings"')[1])
    assert "2025-12-31" in cells and any("." in cell for cell in cells)
    assert [cell for cell in cells if re.fullmatch(r"-?\d+\.\d*0", cell)] == [], "as a person writes numbers"
    (theirs,) = tags(borealis, "exchange:received:viewed")
    (owners,) = tags(alpine, "exchange:received:viewed")
    assert f'<dd class="mono">{shared.FOLLOWED.ruleset_version}</dd>' in shown
    assert f'Rulebook of {alpine.name}</dt><dd><span class="sub mono">{"3" * 64}</span>' in shown
    assert "data-released" not in shown
    assert theirs.actor_id is not None and theirs.detail["submission"] == str(copy.submission_id)
    assert owners.actor_id is None and owners.address is None


def test_a_delivery_whose_errors_were_released_says_so(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, outsider: Client,
    receipt_key: None,
) -> None:  # fmt: skip
    assert checked.error_count
    grant = shared.grant_of(alpine, borealis, checked, "summary")
    copy = shared.hand_on(store, checked, grant, released=True)
    assert f"Two people of {alpine.name} had released all of them" in page(outsider, copy)


def test_what_was_not_granted_is_neither_shown_nor_handed_out(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, outsider: Client,
    receipt_key: None,
) -> None:  # fmt: skip
    copy = shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked, "summary"))
    shown = page(outsider, copy)
    assert "data-rule" in shown and "data-table" not in shown
    for name in ("original", "holdings.csv", "holdings.parquet"):
        assert outsider.get(f"/exchange/received/{copy.pk}/files/{name}").status_code == 404


def test_files_come_as_they_were_shared_and_both_trails_say_so(
    copy: Copy, outsider: Client, alpine: Institution, borealis: Institution
) -> None:
    assert taken(outsider, copy, "original") == DELIVERY
    rows = list(csv.DictReader(io.StringIO(taken(outsider, copy, "holdings.csv").decode())))
    assert len(rows) == 12 and rows[0]["instrument_id"] == "FR0000131104"
    assert rows[2]["currency"].startswith("'"), "no text becomes a formula"
    known = copy.submission.results["holdings"]["sha256"]
    assert hashlib.sha256(taken(outsider, copy, "holdings.parquet")).hexdigest() == known
    assert b'"signature"' in taken(outsider, copy, "manifest.json")
    for side in (alpine, borealis):
        names = [one.detail["file"] for one in tags(side, "exchange:received:downloaded")]
        assert names == ["original", "holdings.csv", "holdings.parquet", "manifest.json"]


def test_a_long_file_is_proven_before_its_first_byte(
    copy: Copy, outsider: Client, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.received.AT_ONCE", 10)
    assert taken(outsider, copy, "original") == DELIVERY
    assert len(taken(outsider, copy, "holdings.csv").splitlines()) == 13
    bucket = shared.exchange_bucket(store, copy.grant.recipient)
    store.put_object(Bucket=bucket, Key=shared.key_of(copy, "original"), Body=DELIVERY[:-1] + b"9")
    assert outsider.get(f"/exchange/received/{copy.pk}/files/original").status_code == 409


@pytest.mark.parametrize(
    "fault", ["no manifest", "changed", "of another", "later attempt", "other file", "file gone"]
)
def test_what_is_not_proven_is_not_shown(
    fault: str, copy: Copy, outsider: Client, store: Any, make: Make, borealis: Institution
) -> None:
    bucket, manifest = shared.exchange_bucket(store, borealis), shared.key_of(copy, "manifest.json")
    verdict = shared.key_of(copy, "verdict.json")
    signed = store.get_object(Bucket=bucket, Key=manifest)["Body"].read()
    if fault == "no manifest":
        store.delete_object(Bucket=bucket, Key=manifest)
    elif fault == "changed":
        changed = signed.replace(b'"verdict": "failed"', b'"verdict": "passed"')
        assert changed != signed
        store.put_object(Bucket=bucket, Key=manifest, Body=changed)
    elif fault == "of another":
        other = shared.hand_on(store, delivered(store, make, DELIVERY + b"\n"), copy.grant)
        key = shared.key_of(other, "manifest.json")
        store.put_object(
            Bucket=bucket, Key=manifest, Body=store.get_object(Bucket=bucket, Key=key)["Body"].read()
        )
    elif fault == "later attempt":
        copy.submission.attempt += 1
        body = json.dumps(services.order_for(copy, shared.FOLLOWED, released=False).manifest).encode()
        store.put_object(Bucket=bucket, Key=manifest, Body=body)
    elif fault == "other file":
        store.put_object(Bucket=bucket, Key=verdict, Body=b"{}")
    else:
        store.delete_object(Bucket=bucket, Key=verdict)
    shown = page(outsider, copy)
    assert "data-not-proven" in shown and "data-rule" not in shown and "FR0000131104" not in shown
    assert not tags(borealis, "exchange:received:viewed")


def test_what_a_grant_no_longer_lets_through_is_not_found(copy: Copy, outsider: Client) -> None:
    for change in ({"state": CopyState.ENDING}, {"state": CopyState.OWED}):
        Copy.objects.filter(pk=copy.pk).update(**change)
        for address in ("", "files/original"):
            assert outsider.get(f"/exchange/received/{copy.pk}/{address}").status_code == 404
    Copy.objects.filter(pk=copy.pk).update(state=CopyState.DONE)
    assert outsider.get(f"/exchange/received/{copy.pk}/").status_code == 200
    Grant.objects.update(state="revoked")
    assert outsider.get(f"/exchange/received/{copy.pk}/").status_code == 404


def test_a_newer_version_says_what_it_replaces_and_what_changed(
    copy: Copy, grant: Grant, outsider: Client, store: Any, make: Make
) -> None:
    mended = DELIVERY.replace(b"FR0000131105", b"FR0000131104")
    second = shared.hand_on(store, delivered(store, make, mended, delivery_key=KEY), grant)
    inbox = outsider.get("/exchange/received/").text
    assert inbox.count("data-replaced") == inbox.count("data-replaces") == 1
    latest = outsider.get("/exchange/received/?versions=latest").text
    assert f'data-copy="{second.pk}"' in latest and f'data-copy="{copy.pk}"' not in latest
    assert f"/exchange/received/{second.pk}/" in page(outsider, copy)
    shown = page(outsider, second)
    assert f"/exchange/received/{copy.pk}/" in shown and "data-change>" in shown


def told(shown: str) -> dict[str, str]:
    """What the page says of positions since the version before."""
    return dict(re.findall(r"<dd data-(new|gone|changed)>(\d+)<", shown))


def test_positions_that_came_went_or_are_worth_something_else_are_counted(
    copy: Copy, grant: Grant, outsider: Client, store: Any, make: Make, borealis: Institution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lines = DELIVERY.replace(b"FR0000131105", b"FR0000131106").splitlines(keepends=True)
    lines[1] = lines[1].replace(b";1000;1000;", b";1000;999;")
    assert b";999;" in lines[1]
    second = shared.hand_on(store, delivered(store, make, b"".join(lines), delivery_key=KEY), grant)
    assert told(page(outsider, copy)) == {}, "it is the first version"
    read = len(tags(borealis, "exchange:received:viewed"))
    assert told(page(outsider, second)) == {"new": "1", "gone": "1", "changed": "1"}
    seen = [one.detail["submission"] for one in tags(borealis, "exchange:received:viewed")[read:]]
    assert sorted(seen) == sorted([str(copy.submission_id), str(second.submission_id)])
    monkeypatch.setattr("sharing.services.comparing.MOST_ROWS", 5)
    shown = page(outsider, second)
    assert told(shown) == {} and "too long to compare" in shown and "data-change>" in shown
    earlier = shared.key_of(copy, "tables/holdings.parquet")
    store.put_object(Bucket=shared.exchange_bucket(store, borealis), Key=earlier, Body=b"other")
    shown = page(outsider, second)
    assert "data-proven" in shown and 'id="changes"' not in shown


@pytest.mark.parametrize(
    ("contents", "has"),
    [(("schema",), (True, False)), (("summary",), (False, True)), (("original",), (False, False))],
)
def test_only_what_both_versions_have_is_compared(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, outsider: Client, make: Make,
    receipt_key: None, contents: tuple[str, ...], has: tuple[bool, bool],
) -> None:  # fmt: skip
    Submission.objects.filter(pk=checked.pk).update(delivery_key=KEY)
    checked.refresh_from_db()
    shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked, *contents))
    newer = delivered(store, make, DELIVERY + b"\n", delivery_key=KEY)
    both = shared.hand_on(store, newer, shared.grant_of(alpine, borealis, newer))
    shown = page(outsider, both)
    assert ("data-positions" in shown, 'data-changes-of="owner"' in shown) == has
    assert len(tags(borealis, "exchange:received:viewed")) == 1 + any(has)


def test_the_home_page_tells_what_nobody_opened_yet(copy: Copy, outsider: Client, viewer: Client) -> None:
    address = f"/exchange/received/{copy.pk}/"
    assert address in outsider.get("/").text
    assert "data-received" not in viewer.get("/").text
    page(outsider, copy)
    assert address not in outsider.get("/").text
    Copy.objects.update(done_at=timezone.now())  # it was sent once more
    assert address in outsider.get("/").text
