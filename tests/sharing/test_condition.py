"""Which verdicts a grant lets through: the documents in the owner's bucket say it, not the portal's rows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import exchange, layout
from ingestion.aws.releases import ReleaseOfRecord
from ingestion.review import services as review
from ingestion.review.models import Acceptance, Standing
from ingestion.web import public_keys
from ingestion.web.models import Submission
from ingestion.web.services import save_rulebook
from portal.accounts.actor import Actor
from sharing import services
from sharing.errors import NotPossibleNow
from sharing.models import Copy, Grant
from sharing.states import Condition, CopyState
from tests.fixtures.releases import LocalKey
from tests.ingestion.review.conftest import asked
from tests.ingestion.web.runs import CARD
from tests.sharing.conftest import delivery, verdict_of
from tests.sharing.test_questions import FOLLOWED, SAID, about, ask, callback_key, sealing  # noqa: F401

ERROR = ("error", "TPT-P02", 1)
RESULTS = layout.bucket_name("000000000000", "alpine-am", "results")


@pytest.fixture
def fill(owner: Actor, accepted: Grant, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Fills the grant and returns the orders that were copied; `said`: what the verdict says otherwise."""

    def filled(**said: Any) -> list[Any]:
        copied: list[Any] = []

        def verdict(_credentials: Any, submission: Submission, _attempt: int) -> dict[str, Any]:
            return verdict_of(submission, **said)

        monkeypatch.setattr("ingestion.web.results.verdict_of", verdict)
        monkeypatch.setattr(exchange, "hand_over", lambda s3, account, order: copied.append(order))
        services.fill(actor=owner, grant_id=accepted.pk)
        return copied

    return filled


GROUPS = [{"rule": "TPT-P02", "severity": "error", "count": 1, "funds": {"LU0000000001": 1}}]
"""The errors of its verdict document."""


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> LocalKey:
    made = LocalKey()
    monkeypatch.setitem(public_keys.known, settings.FUNDGATE_RELEASE_KEY_ARN, made.public)
    return made


def released(made: Submission, first: Actor, second: Actor) -> Acceptance:
    """Two people release its error in the portal, whose rows say so."""
    request = review.accept(actor=first, submission=made, asked=asked("TPT-P02", 1))
    return review.decide(actor=second, acceptance=request, agree=True, reason="")


def signed(acceptance: Acceptance, key: LocalKey, **said: Any) -> tuple[str, bytes]:
    """Name and content of the document that the function puts when they do."""
    of = acceptance.submission
    document = ReleaseOfRecord(
        release=str(acceptance.pk), owner="alpine-am", submission=str(of.pk), attempt=of.attempt,
        verdict_version="v", verdict_sha256="0" * 64, rule=acceptance.rule, fund=acceptance.fund,
        row=acceptance.row, count=acceptance.count, rule_count=acceptance.rule_count,
        reach=acceptance.reach, template="TPT", delivery_key=of.delivery_key,
        funds_key=acceptance.funds_key, until=acceptance.until.isoformat(), asked_by="ada",
        asked_at="2026-03-02T09:00:00+00:00", decided_by="sam", decided_at="2026-03-02T10:00:00+00:00",
    )  # fmt: skip
    name = layout.control_key("releases", str(acceptance.pk))
    return name, key.document("releases", replace(document, **said))


OTHER_FUND = {**CARD["portfolios"][0], "id": "LU0000000009"}  # type: ignore[index]


@pytest.mark.parametrize(
    "card",
    [
        None,
        CARD | {"portfolios": [OTHER_FUND]},
        CARD | {"portfolios": [*CARD["portfolios"], OTHER_FUND]},  # type: ignore[misc]
        CARD | {"template": "EMT"},
        CARD | {"valuation_date": "2026-01-30"},
    ],
)
def test_what_is_in_a_file_its_verdict_document_says_and_not_the_card_of_its_row(
    card: dict[str, Any] | None, owner: Actor, fill: Callable[..., list[Any]]
) -> None:
    """A card that was shortened, or forged, hands on nothing that the grant does not name."""
    made = delivery(owner)
    assert fill(index_card=card) == [] and Copy.objects.get(submission=made).state == CopyState.ENDING
    another = delivery(owner, day="2026-03-31")
    assert [order.submission for order in fill()] == [str(another.pk)]


def test_a_condition_that_was_changed_in_its_row_alone_opens_nothing(
    owner: Actor, fill: Callable[..., list[Any]]
) -> None:
    made = delivery(owner, ERROR)
    Grant.objects.update(condition=Condition.CHECKED)
    services.owe(made)
    assert Copy.objects.filter(submission=made).exists()
    with pytest.raises(NotPossibleNow):
        fill()


def test_a_document_from_before_the_condition_lets_everything_through_once_it_is_written_anew(
    owner: Actor, admin: Actor, accepted: Grant, bucket: Any, fill: Callable[..., list[Any]]
) -> None:
    made = delivery(owner, ERROR)
    Grant.objects.update(condition=Condition.CHECKED)
    key = layout.control_key("grants", str(accepted.pk))
    before = bucket.now(key).replace(b'"condition": "stood_by", ', b"")
    assert before != bucket.now(key)
    bucket.put(None, layout.bucket_name("000000000000", "alpine-am", "results"), key, before)
    services.owe(made)
    with pytest.raises(NotPossibleNow):
        fill()
    services.suspend(actor=admin, grant_id=accepted.pk, reason="Look first.")
    services.resume(actor=admin, grant_id=accepted.pk)
    assert [order.submission for order in fill()] == [str(made.pk)]


def test_a_row_that_hides_the_errors_of_the_verdict_opens_nothing(
    owner: Actor, fill: Callable[..., list[Any]]
) -> None:
    made = delivery(owner)
    assert fill(verdict="failed") == [] and not Copy.objects.filter(state="owed")
    Copy.objects.all().delete()
    services.owe(made)
    assert len(fill()) == 1


def test_released_errors_are_handed_on_by_their_document_and_the_manifest_says_so(
    owner: Actor, admin: Actor, second: Actor, bucket: Any, key: LocalKey, fill: Callable[..., list[Any]]
) -> None:
    made = delivery(owner, ERROR)
    bucket.put(None, RESULTS, *signed(released(made, admin, second), key))
    (order,) = fill(groups=GROUPS)
    assert order.submission == str(made.pk)
    assert order.manifest["receipt"]["released"] is True and order.manifest["receipt"]["verdict"] == "failed"
    delivery(owner, day="2026-01-31")
    (clean,) = fill()
    assert clean.manifest["receipt"]["released"] is False


@pytest.mark.parametrize("forged", ["where it stands", "the acceptances too", "another key", "one person"])
def test_rows_that_call_errors_released_open_nothing_without_the_document(
    forged: str, owner: Actor, admin: Actor, second: Actor, bucket: Any, key: LocalKey,
    fill: Callable[..., list[Any]],
) -> None:  # fmt: skip
    made = delivery(owner, ERROR)
    if forged == "where it stands":
        Standing.objects.update(outcome="released", open_errors=0)
        services.owe(made)
    else:
        acceptance = released(made, admin, second)
        if forged == "another key":
            bucket.put(None, RESULTS, *signed(acceptance, LocalKey()))
        elif forged == "one person":
            bucket.put(None, RESULTS, *signed(acceptance, key, decided_by="ada"))
    assert Copy.objects.filter(submission=made, state="owed").exists()
    assert fill(groups=GROUPS) == [] and not Copy.objects.filter(state="owed").exists()


def test_a_release_does_not_cover_what_another_attempt_finds_besides(
    owner: Actor, admin: Actor, second: Actor, bucket: Any, key: LocalKey, fill: Callable[..., list[Any]]
) -> None:
    made = delivery(owner, ERROR)
    bucket.put(None, RESULTS, *signed(released(made, admin, second), key))
    more = [GROUPS[0] | {"count": 2, "funds": {"LU0000000001": 2}}]
    assert fill(groups=more, counts={"error": 2, "warning": 0, "info": 0}) == []
    Copy.objects.update(state="owed")
    assert len(fill(groups=GROUPS)) == 1


@pytest.mark.parametrize("named", ["another's", "its own"])
def test_a_row_that_names_another_deliverys_file_opens_nothing(
    named: str, owner: Actor, fill: Callable[..., list[Any]]
) -> None:
    another, made = delivery(owner, card=CARD | {"template": "EMT"}), delivery(owner)
    if named == "another's":
        Submission.objects.filter(pk=made.pk).update(object_key=another.object_key)
    assert [order.submission for order in fill()] == ([] if named == "another's" else [str(made.pk)])


def test_the_manifest_names_the_rules_and_the_rulebook_that_the_verdict_stands_on(
    owner: Actor, admin: Actor, accepted: Grant
) -> None:
    saved = save_rulebook(actor=admin, document={"format": 1}, based_on="", reason="Ours.")
    made = delivery(owner)
    copies = ask("owed", **about(made)).json()["copies"]

    def manifest(version: str) -> dict[str, Any]:
        followed = FOLLOWED | {"rulebook_version": version, "rulebook_sha256": saved.sha256}
        (order,) = ask("orders", copies=copies, **SAID | {"followed": followed}, **about(made)).json()[
            "orders"
        ]
        signed: dict[str, Any] = order["manifest"]["receipt"]
        return signed

    ours = manifest(saved.object_version)
    assert ours["ruleset_version"] == "TPT-7.0"
    assert ours["rulebook"] == {"number": 1, "sha256": saved.sha256}
    assert manifest("unknown")["rulebook"] == {"number": None, "sha256": saved.sha256}, "not saved here"
    assert manifest("")["rulebook"] is None
