"""Which verdicts a grant lets through: the documents in the owner's bucket say it, not the portal's rows."""

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.aws import exchange, layout
from ingestion.review.models import Standing
from ingestion.web.models import Submission
from ingestion.web.services import save_rulebook
from portal.accounts.actor import Actor
from sharing import services
from sharing.errors import NotPossibleNow
from sharing.models import Copy, Grant
from sharing.states import Condition
from tests.ingestion.web.runs import CARD
from tests.sharing.conftest import delivery, verdict_of
from tests.sharing.test_questions import FOLLOWED, about, ask, callback_key, sealing  # noqa: F401

ERROR = ("error", "TPT-P02", 1)


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


def released(owner: Actor) -> Submission:
    made = delivery(owner, ERROR)
    Standing.objects.update(outcome="released", open_errors=0)
    services.owe(made)
    return made


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


def test_released_errors_are_handed_on_and_the_manifest_says_so(
    owner: Actor, fill: Callable[..., list[Any]]
) -> None:
    made = released(owner)
    (order,) = fill()
    assert order.submission == str(made.pk) and order.released
    assert order.manifest["receipt"]["released"] is True and order.manifest["receipt"]["verdict"] == "failed"
    delivery(owner, day="2026-01-31")
    (clean,) = fill()
    assert not clean.released and clean.manifest["receipt"]["released"] is False


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
        (order,) = ask("orders", copies=copies, followed=followed, **about(made)).json()["orders"]
        signed: dict[str, Any] = order["manifest"]["receipt"]
        return signed

    ours = manifest(saved.object_version)
    assert ours["ruleset_version"] == "TPT-7.0"
    assert ours["rulebook"] == {"number": 1, "sha256": saved.sha256}
    assert manifest("unknown")["rulebook"] == {"number": None, "sha256": saved.sha256}, "not saved here"
    assert manifest("")["rulebook"] is None
