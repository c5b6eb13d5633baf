"""Received deliveries by the recipient's own rules: checked while somebody of theirs is there, and shown."""

import csv
import hashlib
import io
from typing import Any

import pytest
from django.test import Client

from ingestion.aws import exchange, layout
from ingestion.aws.received import FINDINGS, VERDICT
from ingestion.web.models import Submission
from portal.accounts.models import Institution
from sharing.models import AcceptanceRulebook, Copy, ReceivedCheck
from tests.portal import shared
from tests.portal.dashboard.conftest import CURRENT, Make, delivered, results_of
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.dashboard.own_checks.checking import LENIENT, check_them, page, result, saved, tags, waiting
from tests.portal.dashboard.own_checks.conftest import KEY
from tests.portal.own_rules import Function

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
NO_TABLE = b"a;b\n1;2\n"
STRICT = LENIENT | {
    "own": [{"id": "OWN-NONE", "template": "TPT", "field": "26", "expect": "26 <= 0.000001",
             "severity": "error", "title": "No position above a millionth", "message": "It is above."}]
}  # fmt: skip


def keys(store: Any, bucket: str, prefix: str = "") -> set[str]:
    found = store.list_object_versions(Bucket=bucket, Prefix=prefix)
    return {each["Key"] for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]}


def test_it_waits_for_somebody_who_is_signed_in_and_is_checked_then(
    copy: Copy,
    outsider: Client,
    alpine: Institution,
    borealis: Institution,
) -> None:
    assert waiting(outsider) == 1 and result(outsider, copy) == "waiting_for_sign_in"
    assert "Everything is checked by your rules" in check_them(outsider)
    shown = page(outsider, copy)
    assert (
        'data-own-result="failed"' in shown and 'data-rule="' in shown and "The rules as they stand" in shown
    )
    assert waiting(outsider) == 0
    (theirs,), (owners,) = tags(borealis, "checked"), tags(alpine, "checked")
    assert theirs.actor_id is not None and owners.actor_id is None
    assert set(owners.detail) == {"owner", "recipient", "submission"}, "what was found is the recipient's own"


def test_the_own_rules_count_and_another_rulebook_has_it_checked_anew(
    copy: Copy,
    store: Any,
    outsider: Client,
    borealis: Institution,
) -> None:
    strict = saved(store, borealis, STRICT)
    check_them(outsider)
    assert "OWN-NONE" in page(outsider, copy) and "Rulebook no. 1" in page(outsider, copy)
    saved(store, borealis, LENIENT)
    assert waiting(outsider) == 1 and result(outsider, copy) == "waiting_for_sign_in"
    check_them(outsider)
    assert "OWN-NONE" not in page(outsider, copy) and "Rulebook no. 2" in page(outsider, copy)
    AcceptanceRulebook.objects.create(
        institution=borealis, rulebook=strict, published_by=strict.saved_by, published_at=strict.saved_at
    )
    assert waiting(outsider) == 1, "what was published for it counts before what was saved last"
    check_them(outsider)
    assert "OWN-NONE" in page(outsider, copy)


def test_findings_are_taken_home_and_nobody_else_has_them(
    copy: Copy,
    outsider: Client,
    viewer: Client,
    alpine: Institution,
    borealis: Institution,
) -> None:
    address = f"/exchange/received/{copy.pk}/check/findings.csv"
    assert outsider.get(address).status_code == 404, "there are none yet"
    check_them(outsider)
    rows = list(csv.DictReader(io.StringIO(b"".join(outsider.get(address)).decode())))  # type: ignore[arg-type]
    counts = ReceivedCheck.objects.get().counts
    assert len(rows) == sum(counts.values()) and {"rule", "row", "field", "value", "message"} <= set(rows[0])
    assert viewer.get(address).status_code == 404
    assert [one.detail["file"] for one in tags(borealis, "downloaded")] == ["checked/findings.parquet"]
    assert len(tags(alpine, "downloaded")) == 1


def test_what_lies_there_goes_with_the_copy(copy: Copy, store: Any, outsider: Client) -> None:
    check_them(outsider)
    bucket = shared.exchange_bucket(store, copy.grant.recipient)
    prefix = layout.exchange_prefix(copy.grant.owner.code, copy.grant_id, copy.submission_id)
    assert {shared.key_of(copy, name) for name in (VERDICT, FINDINGS)} <= keys(store, bucket)
    assert exchange.take_back(store, bucket, prefix) and keys(store, bucket, prefix) == set()


def test_only_the_latest_version_is_checked_by_itself_and_an_older_one_where_asked(
    copy: Copy,
    store: Any,
    make: Make,
    outsider: Client,
) -> None:
    newer = delivered(store, make, DELIVERY.replace(b"FR0000131105", b"FR0000131104"), delivery_key=KEY)
    second = shared.hand_on(store, newer, copy.grant)
    assert waiting(outsider) == 1 and result(outsider, copy) == "replaced"
    check_them(outsider)
    assert list(ReceivedCheck.objects.values_list("copy", flat=True)) == [second.pk]
    answer = outsider.post(f"/exchange/received/{copy.pk}/check/")
    assert answer.status_code == 302 and result(outsider, copy) == "failed"


def test_without_the_file_nothing_is_checked_and_the_page_says_why(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, outsider: Client,
    receipt_key: None, function: Function,
) -> None:  # fmt: skip
    copy = shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked, "schema", "summary"))
    assert waiting(outsider) == 0 and result(outsider, copy) == "file_not_shared"
    assert outsider.post(f"/exchange/received/{copy.pk}/check/").status_code == 404
    assert function.calls == []


def test_one_that_breaks_off_keeps_no_other_back_and_waits_on(
    copy: Copy,
    store: Any,
    make: Make,
    outsider: Client,
    function: Function,
) -> None:
    function.breaks_off = {str(copy.submission_id)}
    other = shared.hand_on(store, delivered(store, make, DELIVERY + b"\n"), copy.grant)
    said = check_them(outsider)
    assert 'data-waiting="1"' in said and "load" in said, "the page goes on by itself"
    assert result(outsider, other) == "failed" and result(outsider, copy) == "waiting_for_sign_in"
    said = check_them(outsider)
    assert "The check broke off" in said and ", load" not in said, "and no longer where nothing comes of it"
    assert "The check broke off" in outsider.post(f"/exchange/received/{copy.pk}/check/", follow=True).text


@pytest.mark.parametrize(
    ("fault", "said"),
    [("another file", "not the one that its manifest names"), ("no table", "Could not be read"),
     ("broken rulebook", "Rulebook"), ("rulebook gone", "is not stored any more")],
)  # fmt: skip
def test_why_it_cannot_be_checked_is_said(
    fault: str, said: str, copy: Copy, store: Any, outsider: Client, borealis: Institution
) -> None:
    bucket, key = shared.exchange_bucket(store, borealis), shared.key_of(copy, "original")
    if fault == "another file":
        store.put_object(Bucket=bucket, Key=key, Body=DELIVERY[:-1] + b"9")
    elif fault == "no table":
        store.put_object(Bucket=bucket, Key=key, Body=NO_TABLE)
        Submission.objects.update(sha256=hashlib.sha256(NO_TABLE).hexdigest(), bytes=len(NO_TABLE))
    elif fault == "broken rulebook":
        saved(store, borealis, LENIENT | {"rules": {"TPT-NONE": {"severity": "off"}}})
    else:
        version = saved(store, borealis, LENIENT).object_version
        store.delete_object(Bucket=results_of(borealis), Key=CURRENT, VersionId=version)
    check_them(outsider)
    assert waiting(outsider) == 0, "it is not tried again and again"
    shown, of_rulebook = page(outsider, copy), "rulebook" in fault
    result = "rulebook_unfollowable" if of_rulebook else "unreadable"
    assert f'data-own-result="{result}"' in shown and said in shown
    assert "data-rule=" not in shown
    for place in ("/", "/exchange/received/"):
        assert ('data-unfollowed="1"' in outsider.get(place).text) is of_rulebook
    assert ("Everything is checked" in check_them(outsider)) is not of_rulebook
    if of_rulebook:
        saved(store, borealis, LENIENT)
        check_them(outsider)
        assert "data-rule=" in page(outsider, copy) and "data-unfollowed" not in outsider.get("/").text


@pytest.mark.parametrize(
    ("own", "fits"), [("failed", True), ("passed", False), ("unreadable", False), ("waiting", False)]
)
def test_the_inbox_is_narrowed_by_what_the_own_rules_say(
    own: str, fits: bool, copy: Copy, outsider: Client
) -> None:
    before = outsider.get(f"/exchange/received/?own={own}").text
    assert (f'data-copy="{copy.pk}"' in before) == (own == "waiting")
    check_them(outsider)
    assert (f'data-copy="{copy.pk}"' in outsider.get(f"/exchange/received/?own={own}").text) == fits


def test_without_scripts_a_button_does_the_same(copy: Copy, outsider: Client) -> None:
    answer = outsider.post("/exchange/received/check/", follow=True)
    assert "Everything is checked by your rules." in answer.text and result(outsider, copy) == "failed"


def test_what_was_found_and_is_no_longer_stored_can_be_found_again(
    copy: Copy,
    store: Any,
    outsider: Client,
) -> None:
    check_them(outsider)
    where = ReceivedCheck.objects.get().documents[VERDICT]
    store.delete_object(Bucket=where["bucket"], Key=where["key"], VersionId=where["version_id"])
    assert "no longer stored" in page(outsider, copy)
    outsider.post(f"/exchange/received/{copy.pk}/check/")
    assert "data-rule=" in page(outsider, copy)


def test_a_newer_version_says_what_changed_by_the_own_rules(
    copy: Copy,
    store: Any,
    outsider: Client,
    make: Make,
    borealis: Institution,
) -> None:
    def compared(of: Copy) -> bool:
        return 'data-changes-of="own"' in outsider.get(f"/exchange/received/{of.pk}/").text

    check_them(outsider)
    mended = DELIVERY.replace(b"FR0000131105", b"FR0000131104")
    second = shared.hand_on(store, delivered(store, make, mended, delivery_key=KEY), copy.grant)
    assert not compared(second), "it waits to be checked"
    check_them(outsider)
    assert compared(second) and not compared(copy)
    shown = outsider.get(f"/exchange/received/{second.pk}/").text.split('data-changes-of="own"')[1]
    assert "data-change>" in shown.split('data-changes-of="owner"')[0]
    saved(store, borealis, STRICT)
    check_them(outsider)
    assert not compared(second), "the version before was not checked by the rules that count now"
    outsider.post(f"/exchange/received/{copy.pk}/check/")
    assert compared(second)
