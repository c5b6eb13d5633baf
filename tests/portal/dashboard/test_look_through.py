"""The look-through page: sums of every received fund's latest positions, read with the viewer's rights."""

import csv
import io
from codecs import BOM_UTF8
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from sharing.models import Copy, Grant
from tests.portal import shared
from tests.portal.dashboard.conftest import Make, delivered
from tests.portal.dashboard.delivery import DELIVERY, ROWS

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
ADDRESS = "/exchange/look-through/"


@pytest.fixture
def grant(store: Any, make: Make, alpine: Institution, borealis: Institution, receipt_key: None) -> Grant:
    return shared.grant_of(alpine, borealis, make())


@pytest.fixture
def copy(store: Any, make: Make, grant: Grant) -> Copy:
    return shared.hand_on(store, delivered(store, make, DELIVERY), grant)


def lines(client: Client, query: str) -> dict[str, dict[str, str]]:
    answer = client.get(f"/exchange/look-through.csv?{query}")
    assert answer.status_code == 200
    assert answer.content.startswith(BOM_UTF8), "a spreadsheet would take it for another encoding"
    return {line["key"]: line for line in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


def test_positions_are_added_up_by_what_is_asked(copy: Copy, outsider: Client) -> None:
    by_instrument = lines(outsider, "by=instrument")
    assert by_instrument["FR0000131104"]["value"] == "11000.00"
    assert by_instrument["FR0000131105"] | {"name": ""} == {
        "key": "FR0000131105", "name": "", "value": "1000.00", "currency": "EUR", "share": "0.083333",
        "positions": "1", "funds": "1",
    }  # fmt: skip
    assert lines(outsider, "by=cic")["1"]["value"] == "12000.00"
    assert lines(outsider, "by=currency")["'=1+CMD"]["positions"] == "1"
    shown = outsider.get(f"{ADDRESS}?by=instrument").text
    assert 'data-key="FR0000131104"' in shown and "11,000" in shown and "12,000 EUR in all" in shown


def test_of_each_fund_the_latest_valuation_counts(
    copy: Copy, grant: Grant, outsider: Client, store: Any, make: Make
) -> None:
    later = DELIVERY.replace(b"2025-12-31", b"2026-01-31").replace(b";1000;1000;", b";1000;500;")
    shared.hand_on(store, delivered(store, make, later), grant)
    assert lines(outsider, "by=cic")["1"]["value"] == "6000.00"
    other = DELIVERY.replace(b"LU0000000001", b"LU0000000002")
    shared.hand_on(store, delivered(store, make, other), grant)
    found = lines(outsider, "by=cic")["1"]
    assert (found["value"], found["funds"]) == ("18000.00", "2")


def test_each_delivery_that_was_read_is_in_both_trails(
    copy: Copy, outsider: Client, alpine: Institution, borealis: Institution
) -> None:
    outsider.get(ADDRESS)
    for side in (alpine, borealis):
        (read,) = AuditRecord.objects.filter(institution_id=side.pk, tag="exchange:received:viewed")
        assert read.detail["look_through"] is True and read.detail["submission"] == str(copy.submission_id)


def test_what_is_not_proven_is_left_out_and_named(copy: Copy, outsider: Client, store: Any) -> None:
    bucket = shared.exchange_bucket(store, copy.grant.recipient)
    store.put_object(Bucket=bucket, Key=shared.key_of(copy, "tables/holdings.parquet"), Body=b"x")
    shown = outsider.get(ADDRESS).text
    assert "data-not-proven" in shown and "data-key" not in shown


@pytest.mark.parametrize(
    ("bound", "value"), [("MOST_DELIVERIES", 0), ("SECONDS", -1), ("MOST_BYTES", 1), ("MOST_ROWS", ROWS - 1)]
)
def test_what_is_beyond_the_bounds_is_said(
    copy: Copy, outsider: Client, bound: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"sharing.services.looking_through.{bound}", value)
    shown = outsider.get(ADDRESS).text
    assert "data-too-much" in shown and "data-key" not in shown


def test_a_table_that_would_pass_the_most_rows_of_all_is_not_decoded(
    copy: Copy, grant: Grant, outsider: Client, store: Any, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = DELIVERY.replace(b"LU0000000001", b"LU0000000002")
    shared.hand_on(store, delivered(store, make, other), grant)
    for most, funds, told in ((2 * ROWS, 2, False), (2 * ROWS - 1, 1, True)):
        monkeypatch.setattr("sharing.services.looking_through.MOST_ROWS", most)
        assert ("data-too-much" in outsider.get(ADDRESS).text) == told
        assert lines(outsider, "by=cic")["1"]["funds"] == str(funds)


def test_without_tables_there_is_nothing_to_look_through(
    copy: Copy, grant: Grant, outsider: Client, viewer: Client
) -> None:
    assert "There are no positions" in viewer.get(ADDRESS).text
    Grant.objects.update(contents=["original", "summary"])
    assert "There are no positions" in outsider.get(ADDRESS).text
