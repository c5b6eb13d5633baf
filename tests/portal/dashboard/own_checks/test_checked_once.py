"""Who checks a received delivery where several could, and when it is tried once more."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingestion.pipeline.rulebook import read_rulebook
from portal.accounts.models import Institution
from sharing.claims import LEASE
from sharing.models import Copy, ReceivedCheck
from sharing.services import own_checks
from tests.portal import shared
from tests.portal.dashboard.conftest import Make, delivered
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.dashboard.own_checks.checking import LENIENT, check_them, result, saved, waiting
from tests.portal.own_rules import Function, check

pytestmark = [pytest.mark.aws, pytest.mark.django_db]


def test_of_two_who_have_it_checked_at_once_one_does_and_the_other_reads_so_and_then_the_result(
    copy: Copy, outsider: Client, function: Function, monkeypatch: pytest.MonkeyPatch
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
    finished: bool, copy: Copy, outsider: Client, store: Any, function: Function,
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
    follows: bool, unfollowed: ReceivedCheck, copy: Copy, outsider: Client, function: Function,
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
    unfollowed: ReceivedCheck, copy: Copy, outsider: Client, function: Function,
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
    copy: Copy,
    store: Any,
    outsider: Client,
    borealis: Institution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bucket, key = shared.exchange_bucket(store, borealis), shared.key_of(copy, "original")
    store.put_object(Bucket=bucket, Key=key, Body=DELIVERY[:-1] + b"9")
    check_them(outsider)
    ReceivedCheck.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    released(monkeypatch, PORTAL, FUNCTION)
    assert waiting(outsider) == 0 and result(outsider, copy) == "unreadable"


def test_what_a_colleague_checked_meanwhile_is_not_checked_once_more(
    copy: Copy,
    store: Any,
    make: Make,
    outsider: Client,
    function: Function,
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
