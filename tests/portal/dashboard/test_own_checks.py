"""Received deliveries by the recipient's own rules: checked while somebody of theirs is there, and shown."""

import csv
import hashlib
import io
import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.aws import exchange, layout
from ingestion.aws.received import FINDINGS, VERDICT
from ingestion.pipeline.rulebook import read_rulebook
from ingestion.web.models import Submission
from portal.accounts.models import Institution, Membership
from portal.audit.models import AuditRecord
from sharing.claims import LEASE
from sharing.models import AcceptanceRulebook, Copy, ReceivedCheck
from sharing.services import own_checks
from tests.portal import shared
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.conftest import CURRENT, Make, delivered, put_rulebook, results_of
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.own_rules import Function, check, function  # noqa: F401

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
KEY = "cd" * 32
NO_TABLE = b"a;b\n1;2\n"
LENIENT: dict[str, Any] = {"format": 1, "title": "What we look at"}
STRICT = LENIENT | {
    "own": [{"id": "OWN-NONE", "template": "TPT", "field": "26", "expect": "26 <= 0.000001",
             "severity": "error", "title": "No position above a millionth", "message": "It is above."}]
}  # fmt: skip


@pytest.fixture
def copy(
    store: Any, checked: Submission, alpine: Institution, borealis: Institution, receipt_key: None,
    function: Function,  # noqa: F811
) -> Copy:  # fmt: skip
    """Alpine's delivery with mistakes, received by Borealis."""
    Submission.objects.filter(pk=checked.pk).update(delivery_key=KEY)
    checked.refresh_from_db()
    return shared.hand_on(store, checked, shared.grant_of(alpine, borealis, checked))


def check_them(client: Client) -> str:
    return str(client.post("/exchange/received/check/", headers={"HX-Request": "true"}).text)


def page(client: Client, copy: Copy) -> str:
    """What the page of the delivery says of the own rules."""
    answer = client.get(f"/exchange/received/{copy.pk}/")
    assert answer.status_code == 200
    return str(answer.text).split('id="own-check"')[1].split("</section>")[0]


def result(client: Client, copy: Copy) -> str:
    (found,) = re.findall('data-own-result="([a-z_]+)"', page(client, copy))
    return str(found)


def waiting(client: Client) -> int:
    """As the inbox and the home page say it."""
    told = [
        re.findall(r'data-waiting="(\d+)"', client.get(each).text) for each in ("/", "/exchange/received/")
    ]
    assert told[0] == told[1]
    return int(told[0][0]) if told[0] else 0


def tags(institution: Institution, tag: str) -> list[AuditRecord]:
    return list(AuditRecord.objects.filter(institution_id=institution.pk, tag=f"exchange:received:{tag}"))


def saved(store: Any, institution: Institution, document: dict[str, Any]) -> Any:
    bucket_of(store, institution.code, "results")
    user = Membership.objects.filter(institution=institution).first().user  # type: ignore[union-attr]
    return put_rulebook(store, institution, user, document)


def keys(store: Any, bucket: str, prefix: str = "") -> set[str]:
    found = store.list_object_versions(Bucket=bucket, Prefix=prefix)
    return {each["Key"] for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]}


def test_it_waits_for_somebody_who_is_signed_in_and_is_checked_then(
    copy: Copy, outsider: Client, alpine: Institution, borealis: Institution
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
    copy: Copy, store: Any, outsider: Client, borealis: Institution
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
    copy: Copy, outsider: Client, viewer: Client, alpine: Institution, borealis: Institution
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


def test_of_two_who_have_it_checked_at_once_one_does_and_the_other_reads_so_and_then_the_result(
    copy: Copy, outsider: Client, function: Function, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    invoke, told = function.invoke, list[str]()

    def meanwhile(**call: Any) -> dict[str, Any]:
        if len(told) < 3:  # else two would call each other for ever
            told.append("")
            told[-1] = check_them(outsider)
        return invoke(**call)

    monkeypatch.setattr(function, "invoke", meanwhile)
    assert "Everything is checked by your rules" in check_them(outsider)
    (other,) = told
    assert "Somebody of your institution is having deliveries checked at this moment" in other
    assert 'load delay:3s"' in other and 'name="asked" value="1"' in other
    assert len(function.calls) == 1
    assert "Everything is checked by your rules" in check_them(outsider) and len(function.calls) == 1


@pytest.mark.parametrize("finished", [True, False])
def test_who_has_one_checked_that_somebody_is_about_gets_their_result_or_reads_that_it_is_under_way(
    finished: bool, copy: Copy, outsider: Client, store: Any, function: Function,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    claims = Copy.objects.filter(pk=copy.pk)
    claims.update(checking_until=timezone.now() + LEASE)
    address = f"/exchange/received/{copy.pk}/check/"

    def finishes(_seconds: float) -> None:
        check(store, copy)
        claims.update(checking_until=None)

    monkeypatch.setattr(own_checks, "WAIT", 10.0 if finished else -1.0)
    monkeypatch.setattr(time, "sleep", finishes)
    said = outsider.post(address, follow=True).text
    assert ("Somebody of your institution has it checked just now" in said) is not finished
    assert result(outsider, copy) == ("failed" if finished else "waiting_for_sign_in")
    assert function.calls == [], "nobody checked it twice"
    claims.update(checking_until=None)
    outsider.post(address)
    assert len(function.calls) == 1, "and now it is checked where it is asked for"


def test_what_lies_there_goes_with_the_copy(copy: Copy, store: Any, outsider: Client) -> None:
    check_them(outsider)
    bucket = shared.exchange_bucket(store, copy.grant.recipient)
    prefix = layout.exchange_prefix(copy.grant.owner.code, copy.grant_id, copy.submission_id)
    assert {shared.key_of(copy, name) for name in (VERDICT, FINDINGS)} <= keys(store, bucket)
    assert exchange.take_back(store, bucket, prefix) and keys(store, bucket, prefix) == set()


def test_only_the_latest_version_is_checked_by_itself_and_an_older_one_where_asked(
    copy: Copy, store: Any, make: Make, outsider: Client
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
    receipt_key: None, function: Function,  # noqa: F811
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
    function: Function,  # noqa: F811
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


@pytest.fixture
def unfollowed(copy: Copy, store: Any, outsider: Client, borealis: Institution) -> ReceivedCheck:
    """A rulebook that names a rule which is gone; it was tried an hour and more ago."""
    saved(store, borealis, LENIENT | {"rules": {"TPT-NONE": {"severity": "off"}}})
    check_them(outsider)
    ReceivedCheck.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    assert waiting(outsider) == 0 and result(outsider, copy) == "rulebook_unfollowable"
    return ReceivedCheck.objects.get()


def released(monkeypatch: pytest.MonkeyPatch, *where: str) -> None:
    """A release that knows other rules, in these places."""
    for module in where:
        monkeypatch.setattr(f"{module}.known_rules", lambda: "of the next release")


PORTAL, FUNCTION = "sharing.own_checks", "ingestion.lambdas.accept.received"


@pytest.mark.parametrize("follows", [True, False])
def test_what_a_release_could_not_follow_the_next_one_tries_once(
    follows: bool, unfollowed: ReceivedCheck, copy: Copy, outsider: Client, function: Function,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    released(monkeypatch, PORTAL, FUNCTION)
    if follows:
        known = read_rulebook(json.dumps(LENIENT).encode())
        monkeypatch.setattr(f"{FUNCTION}.read_rulebook", lambda _data: known)
    assert waiting(outsider) == 1 and result(outsider, copy) == "waiting_for_sign_in"
    assert "data-unfollowed" not in outsider.get("/").text
    check_them(outsider)
    assert len(function.calls) == 2 and waiting(outsider) == 0
    assert result(outsider, copy) == ("failed" if follows else "rulebook_unfollowable")
    ReceivedCheck.objects.update(checked_at=timezone.now() - timedelta(days=9))
    assert waiting(outsider) == 0, "by this release it was tried"


def test_while_the_functions_are_of_another_release_it_is_tried_once_an_hour(
    unfollowed: ReceivedCheck, copy: Copy, outsider: Client, function: Function,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    released(monkeypatch, PORTAL)
    assert waiting(outsider) == 1
    check_them(outsider)
    assert len(function.calls) == 2 and waiting(outsider) == 0
    assert result(outsider, copy) == "rulebook_unfollowable"
    ReceivedCheck.objects.update(checked_at=timezone.now() - timedelta(minutes=61))
    assert waiting(outsider) == 1


def test_what_is_wrong_with_the_file_itself_no_release_tries_again(
    copy: Copy, store: Any, outsider: Client, borealis: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, key = shared.exchange_bucket(store, borealis), shared.key_of(copy, "original")
    store.put_object(Bucket=bucket, Key=key, Body=DELIVERY[:-1] + b"9")
    check_them(outsider)
    ReceivedCheck.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    released(monkeypatch, PORTAL, FUNCTION)
    assert waiting(outsider) == 0 and result(outsider, copy) == "unreadable"


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


def test_what_a_colleague_checked_meanwhile_is_not_checked_once_more(
    copy: Copy,
    store: Any,
    make: Make,
    outsider: Client,
    function: Function,  # noqa: F811
) -> None:
    other = shared.hand_on(store, delivered(store, make, DELIVERY + b"\n"), copy.grant)
    check_first = function.invoke

    def both(**call: Any) -> dict[str, Any]:
        asked = json.loads(call["Payload"])["submission"]
        check(store, other if asked == str(copy.submission_id) else copy)
        return check_first(**call)

    function.invoke = both  # type: ignore[method-assign]
    assert "Everything is checked by your rules" in check_them(outsider)
    assert len(function.calls) == 1 and ReceivedCheck.objects.count() == 2


def test_without_scripts_a_button_does_the_same(copy: Copy, outsider: Client) -> None:
    answer = outsider.post("/exchange/received/check/", follow=True)
    assert "Everything is checked by your rules." in answer.text and result(outsider, copy) == "failed"


def test_what_was_found_and_is_no_longer_stored_can_be_found_again(
    copy: Copy, store: Any, outsider: Client
) -> None:
    check_them(outsider)
    where = ReceivedCheck.objects.get().documents[VERDICT]
    store.delete_object(Bucket=where["bucket"], Key=where["key"], VersionId=where["version_id"])
    assert "no longer stored" in page(outsider, copy)
    outsider.post(f"/exchange/received/{copy.pk}/check/")
    assert "data-rule=" in page(outsider, copy)


def test_a_newer_version_says_what_changed_by_the_own_rules(
    copy: Copy, store: Any, outsider: Client, make: Make, borealis: Institution
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
